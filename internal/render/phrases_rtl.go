package render

// The phrases of languages written from right to left. Amazon has published
// its sentence in neither for the Associates of its shops abroad, so theirs is
// the English one.

var hebrew = phrases{
	Disclosure: "גילוי נאות:", ReadDisclosure: "לגילוי הנאות המלא",
	Commission: "ייתכן שנקבל עמלה אם תקנו דרך הקישורים שלנו.",
	Associate:  english.Associate, PaidLink: english.PaidLink,
	Disclaimer: "הבהרה רפואית:", By: "מאת", Minutes: "%d דק׳ קריאה", KeyTakeaways: "עיקרי הדברים",
	ViaArticle: "דרך הכתבה שלנו", ViewOn: "לצפייה ב-%s", ViewProduct: "לצפייה במוצר",
	Why:           "קיבלתם את המייל הזה כי נרשמתם אל %s ואישרתם את הכתובת שלכם.",
	ViewInBrowser: "הצגה בדפדפן", Preferences: "העדפות דיוור", Unsubscribe: "הסרה מרשימת התפוצה",
	LinkList: "קישורים", Pros: "יתרונות", Cons: "חסרונות", Picture: "תמונה",
	SkipLink: "דילוג לכתבה", InContents: "בכתבה הזאת", AboutAuthor: "על הכותבים", Footer: "תחתית העמוד",
	Subscribe: "הרשמה לניוזלטר", FullDisclosure: "הגילוי הנאות המלא", Privacy: "פרטיות",
	quotes: [4]string{"”", "”", "’", "’"},
}

var arabic = phrases{
	Disclosure: "إفصاح:", ReadDisclosure: "اقرأ إفصاحنا الكامل",
	Commission: "قد نحصل على عمولة إذا اشتريت عبر روابطنا.",
	Associate:  english.Associate, PaidLink: english.PaidLink,
	Disclaimer: "تنبيه طبي:", By: "بقلم", Minutes: "مدة القراءة: %d د", KeyTakeaways: "أهم النقاط",
	ViaArticle: "عبر مقالنا", ViewOn: "شاهد على %s", ViewProduct: "شاهد المنتج",
	Why:           "تصلك هذه الرسالة لأنك اشتركت في %s وأكدت عنوانك.",
	ViewInBrowser: "عرض في المتصفح", Preferences: "تفضيلات البريد", Unsubscribe: "إلغاء الاشتراك",
	LinkList: "الروابط", Pros: "المزايا", Cons: "العيوب", Picture: "صورة",
	SkipLink: "انتقل إلى المقال", InContents: "في هذا المقال", AboutAuthor: "عن الكاتب", Footer: "تذييل الصفحة",
	Subscribe: "اشترك في النشرة", FullDisclosure: "الإفصاح الكامل", Privacy: "الخصوصية",
	quotes: [4]string{"«", "»", "“", "”"},
}
