package clients

import "slices"

// Program is a mail program on one kind of device.
type Program struct {
	// ID is stable: "gmail.web". What stands before the point is its Family.
	ID string `json:"id"`
	// Name is what people call it: "Gmail on the web".
	Name string `json:"name"`
	// Family is the name of all programs of that maker: "gmail".
	Family string `json:"family"`

	// key is caniemail's name for it.
	key [2]string
	// part is how much of the family's readers use it, of 100 (own estimate).
	part float64
}

// programs is every program there is data about.
var programs = []Program{
	{"gmail.web", "Gmail on the web", "gmail", [2]string{"gmail", "desktop-webmail"}, 35},
	{"gmail.android", "Gmail on Android", "gmail", [2]string{"gmail", "android"}, 42},
	{"gmail.ios", "Gmail on iPhone and iPad", "gmail", [2]string{"gmail", "ios"}, 20},
	{"gmail.mobile-web", "Gmail in a phone's browser", "gmail", [2]string{"gmail", "mobile-webmail"}, 3},
	{"apple-mail.ios", "Apple Mail on iPhone and iPad", "apple-mail", [2]string{"apple-mail", "ios"}, 80},
	{"apple-mail.macos", "Apple Mail on the Mac", "apple-mail", [2]string{"apple-mail", "macos"}, 20},
	{"outlook.windows", "the old Outlook for Windows", "outlook", [2]string{"outlook", "windows"}, 45},
	{"outlook.web", "Outlook on the web and the new Outlook for Windows", "outlook", [2]string{"outlook", "outlook-com"}, 30},
	{"outlook.macos", "Outlook on the Mac", "outlook", [2]string{"outlook", "macos"}, 7},
	{"outlook.ios", "Outlook on iPhone and iPad", "outlook", [2]string{"outlook", "ios"}, 9},
	{"outlook.android", "Outlook on Android", "outlook", [2]string{"outlook", "android"}, 9},
	{"yahoo.web", "Yahoo Mail on the web", "yahoo", [2]string{"yahoo", "desktop-webmail"}, 50},
	{"yahoo.ios", "Yahoo Mail on iPhone and iPad", "yahoo", [2]string{"yahoo", "ios"}, 25},
	{"yahoo.android", "Yahoo Mail on Android", "yahoo", [2]string{"yahoo", "android"}, 25},
	{"aol.web", "AOL on the web", "aol", [2]string{"aol", "desktop-webmail"}, 60},
	{"aol.ios", "AOL on iPhone and iPad", "aol", [2]string{"aol", "ios"}, 20},
	{"aol.android", "AOL on Android", "aol", [2]string{"aol", "android"}, 20},
	{"samsung-email", "Samsung Email", "samsung-email", [2]string{"samsung-email", "android"}, 100},
	{"thunderbird", "Thunderbird", "thunderbird", [2]string{"thunderbird", "macos"}, 100},
	{"gmx.web", "GMX on the web", "gmx", [2]string{"gmx", "desktop-webmail"}, 60},
	{"gmx.ios", "GMX on iPhone and iPad", "gmx", [2]string{"gmx", "ios"}, 15},
	{"gmx.android", "GMX on Android", "gmx", [2]string{"gmx", "android"}, 25},
	{"web-de.web", "WEB.DE on the web", "web-de", [2]string{"web-de", "desktop-webmail"}, 60},
	{"web-de.ios", "WEB.DE on iPhone and iPad", "web-de", [2]string{"web-de", "ios"}, 15},
	{"web-de.android", "WEB.DE on Android", "web-de", [2]string{"web-de", "android"}, 25},
	{"orange.web", "Orange on the web", "orange", [2]string{"orange", "desktop-webmail"}, 60},
	{"orange.ios", "Orange on iPhone and iPad", "orange", [2]string{"orange", "ios"}, 20},
	{"orange.android", "Orange on Android", "orange", [2]string{"orange", "android"}, 20},
	{"sfr.web", "SFR on the web", "sfr", [2]string{"sfr", "desktop-webmail"}, 60},
	{"sfr.ios", "SFR on iPhone and iPad", "sfr", [2]string{"sfr", "ios"}, 20},
	{"sfr.android", "SFR on Android", "sfr", [2]string{"sfr", "android"}, 20},
	{"laposte", "LaPoste.net", "laposte", [2]string{"laposte", "desktop-webmail"}, 100},
	{"protonmail.web", "Proton Mail on the web", "protonmail", [2]string{"protonmail", "desktop-webmail"}, 50},
	{"protonmail.ios", "Proton Mail on iPhone and iPad", "protonmail", [2]string{"protonmail", "ios"}, 25},
	{"protonmail.android", "Proton Mail on Android", "protonmail", [2]string{"protonmail", "android"}, 25},
	{"fastmail", "Fastmail", "fastmail", [2]string{"fastmail", "desktop-webmail"}, 100},
	{"hey", "HEY", "hey", [2]string{"hey", "desktop-webmail"}, 100},
	{"mail-ru", "Mail.ru", "mail-ru", [2]string{"mail-ru", "desktop-webmail"}, 100},
}

// Programs lists every program, family by family.
func Programs() []Program { return slices.Clone(programs) }

// aliases are other names that people give to programs.
var aliases = map[string]string{
	"outlook.com": "outlook.web", "outlook-com": "outlook.web", "outlook.new": "outlook.web", "hotmail": "outlook.web",
	"outlook.classic": "outlook.windows", "apple": "apple-mail", "iphone": "apple-mail.ios", "samsung": "samsung-email", "proton": "protonmail",
}
