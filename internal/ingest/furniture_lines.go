package ingest

import (
	"slices"
	"strings"
)

// siteLines are whole lines of a page's frame: ways around it, its small
// print, its forms. Nobody writes them into an article.
var siteLines = phrasesOf(
	// Ways around the page.
	`skip to [content|main content|main|navigation|footer|primary *|secondary *|search|the content], jump to [content|main content|navigation], skip [navigation|links], back to [top|home|blog|the blog|all *|homepage|the top], go to top, scroll to top, toggle [menu|navigation|search|dark mode|sidebar|navigation menu], open menu, close menu, menu, close, home, search, site search, search for, log in, login, sign in, log out, register, my account, create account, cart, view cart, basket, wishlist, checkout, expand, collapse, show [more|less|all], load more, load more [posts|articles|stories|comments|products|results|reviews], view all, view all [posts|articles|*posts], see all [posts|articles|stories|reviews|products|recipes|results|comments], see all, all posts, all categories, next page, previous page, next, previous, next [post|article], previous [post|article], page # of #, page #, loading, loading [comments|more|posts|content|results], please wait, you are here, you are here *, you're here, switch site, dark mode, light mode, table of contents`,
	`[zum|springe zum|direkt zum|weiter zum] [inhalt|hauptinhalt], zur [navigation|suche|startseite|übersicht|startseite *], springe zu *, nach oben, zurück zur [übersicht|startseite], zurück nach oben, startseite, menü, menü [öffnen|schließen], schließen, suche, suchen, suche nach, suchen nach, anmelden, einloggen, registrieren, mein konto, warenkorb, merkzettel, mehr [laden|anzeigen|anzeigen *], alle [anzeigen|beiträge|artikel|ansehen], seite # von #, seite #, du bist hier, sie sind hier, sie befinden sich hier, wird geladen`,
	`aller au [contenu|contenu principal|menu], passer au [contenu|contenu principal], accéder au contenu, [retour|revenir] [en haut|à l'accueil|au sommaire|en haut de page|au blog], haut de page, accueil, menu, fermer, ouvrir le menu, rechercher, recherche, se connecter, connexion, s'inscrire, mon compte, panier, [voir|afficher] plus, charger plus, voir tous les articles, tous les articles, page suivante, page précédente, suivant, précédent, page # sur #, vous êtes ici, vous êtes ici *, chargement, chargement en cours`,
	`[saltar|ir|ir directamente] al [contenido|contenido principal|menú], volver [arriba|al inicio|al blog], ir arriba, inicio, menú, abrir menú, cerrar, cerrar menú, buscar, búsqueda, iniciar sesión, acceder, registrarse, mi cuenta, carrito, [ver|mostrar|cargar] más, ver [todos los|todas las] [artículos|entradas|productos|posts|noticias|reseñas|comentarios], ver todos, ver todas, todos los artículos, página siguiente, página anterior, siguiente, anterior, página # de #, estás aquí, usted está aquí, cargando`,
	`[pular|saltar|ir|avançar] para o [conteúdo|conteúdo principal|menu], voltar [ao topo|ao início|para o topo|para o início|para cima], início, página inicial, menu, abrir menu, fechar, fechar menu, buscar, pesquisar, entrar, iniciar sessão, fazer login, registar, cadastre se, minha conta, carrinho, [ver|mostrar|carregar] mais, ver todos os [artigos|posts|produtos|comentários], ver todas as [notícias|avaliações], ver todos, ver todas, ver tudo, todos os artigos, todos os posts, próxima página, página anterior, próximo, anterior, página # de #, você está aqui, você está em, está aqui, carregando, a carregar`,
	`[vai|salta|passa] al [contenuto|contenuto principale|menu], vai ai contenuti, torna [su|in alto|all'inizio|alla home|indietro|al blog], home, home page, menu, apri menu, chiudi, chiudi menu, cerca, accedi, login, registrati, il mio account, carrello, [mostra|vedi|carica] [altro|altri|tutti|tutto|di più], mostra tutto, tutti gli articoli, pagina successiva, pagina precedente, successivo, precedente, pagina # di #, sei qui, ti trovi qui, ti trovi in, caricamento, caricamento in corso`,
	// Small print.
	`all rights reserved, privacy policy, privacy, privacy notice, privacy settings, cookie [policy|settings|preferences|notice], terms, terms [of service|of use|and conditions|& conditions|conditions], affiliate [disclosure|disclaimer|policy], disclosure policy, accessibility, accessibility statement, sitemap, do not sell *, your privacy choices, ad choices, contact us, about us, advertise with us, work with us, write for us, editorial [policy|guidelines|standards], [proudly |][powered by|published with|built with|made with] [wordpress|ghost|shopify|squarespace|wix|blogger|hugo|jekyll|substack|webflow|medium|drupal|joomla] *, [proudly |][powered by|published with|built with|made with] [wordpress|ghost|shopify|squarespace|wix|blogger|hugo|jekyll|substack|webflow|medium|drupal|joomla], theme by *, [website|site|web|theme|site design|web design|design] by *, manage [cookies|consent|preferences|cookie settings|cookie preferences], accept, accept [all|cookies|all cookies], reject, deny, decline, cookie consent, got it, i agree, save preferences, back to #`,
	`alle rechte vorbehalten, datenschutz, datenschutzerklärung, impressum, barrierefreiheit, agb, cookie [richtlinie|einstellungen|hinweis], cookies verwalten, [alle |]akzeptieren, alle cookies akzeptieren, ablehnen, alle ablehnen, einstellungen speichern, einstellungen verwalten, nur notwendige, nur notwendige cookies *, kontakt, über uns, haftungsausschluss`,
	`tous droits réservés, politique de [confidentialité|cookies], mentions légales, conditions [générales|d'utilisation|générales d'utilisation|générales de vente], cgu, cgv, plan du site, gestion des cookies, gérer [les cookies|mes cookies|le consentement], tout [accepter|refuser], accepter, refuser, accepter et fermer, continuer sans accepter, contactez nous, qui sommes nous`,
	`todos los derechos reservados, política de [privacidad|cookies|afiliados], aviso legal, [términos|condiciones] [y condiciones|de uso|de servicio|del servicio], [aceptar|rechazar|gestionar] [todo|todas|cookies|las cookies], aceptar, rechazar, configurar cookies, mapa del sitio, contacto, sobre nosotros, quiénes somos`,
	`todos os direitos reservados, política de [privacidade|cookies|afiliados], aviso legal, termos [de uso|e condições|de serviço|e condições de uso], [aceitar|rejeitar|gerenciar|gerir] [tudo|todos|cookies|os cookies], aceitar, rejeitar, mapa do site, fale conosco, contato, contacto, quem somos, sobre nós, entre em contato, livro de reclamações`,
	`tutti i diritti riservati, [informativa|politica] [sulla privacy|privacy|sui cookie|cookie|cookies], privacy e cookie policy, cookie policy, note legali, termini [e condizioni|di servizio|d'uso], condizioni d'uso, [accetta|rifiuta|gestisci] [tutti|tutto|i cookie|cookie|consenso|preferenze], accetta, rifiuta, mappa del sito, contatti, contattaci, chi siamo, lavora con noi, preferenze cookie`,
	// What lists of products and votes say.
	`no [products|results|items|posts|articles] [match|matched|matching|found|were found|to show|to display|available] *, no [products|results|items|posts|articles] [found|were found|to show|to display|available], # [items|products|results|posts], # [items|products|results|posts] [found|in [all|this|your|stock|cart] *|for *|match *], showing # * of # *, showing all # *, sort by [relevance|price|date|popularity|rating|newest], rate this [post|article|recipe|product], was this [helpful|article helpful|page helpful|guide helpful|post helpful] *, was this [helpful|article helpful|page helpful|guide helpful|post helpful], how useful was this post, click on a star *, average rating *, no votes so far *, thanks for your feedback *, found this [helpful|useful|interesting] *, yes no, ja nein, oui non, sí no, sim não, sì no, report [an error|a problem|this ad|an issue], edit this page, edit, edit on github, print, print [this |]page, pin, tweet, download pdf, listen to this article, listen, copy link, link copied, jump to recipe, [follow|more by|more from] [the |this ]author, view all posts by *, all posts by *, see all posts by *, more posts by *, [follow|find] * on [twitter|instagram|facebook|linkedin|pinterest|tiktok|youtube|x], leave a comment, # comments, # comment, no comments, comments off, comments off *, # shares, # views, photo gallery, view gallery`,
	`keine [produkte|ergebnisse|treffer|beiträge] [gefunden|entsprechen|vorhanden] *, keine [produkte|ergebnisse|treffer|beiträge] [gefunden|vorhanden], # [produkte|ergebnisse|treffer|artikel] *gefunden, war dieser [artikel|beitrag] hilfreich *, war [das|dieser artikel|dieser beitrag] hilfreich, bewerte diesen [beitrag|artikel], artikel bewerten, beitrag bewerten, drucken, seite drucken, [alle |mehr ][beiträge|artikel] [von|anzeigen von] *, zeige alle beiträge *, alle beiträge von * anzeigen, # kommentare, # kommentar, keine kommentare`,
	`aucun [produit|résultat|article] [ne correspond|trouvé|correspondant|disponible] *, aucun [produit|résultat|article] [trouvé|disponible], # [produits|résultats|articles], cet article vous a t il [été utile|aidé|plu] *, cet article vous a t il [été utile|aidé|plu], [notez|évaluez] cet article, imprimer, voir tous les articles de *, tous les articles de *, # commentaires, # commentaire`,
	`ningún [producto|resultado] [coincide|encontrado|disponible] *, ningún [producto|resultado] encontrado, no se [han encontrado|encontraron] *, # [productos|resultados|artículos], te ha [sido|resultado] útil *, [valora|puntúa] este [artículo|post], imprimir, ver todas las entradas *, ver todos los artículos de *, # comentarios, # comentario`,
	`nenhum [produto|resultado] [corresponde|encontrado|foi encontrado|disponível] *, nenhum [produto|resultado] [encontrado|foi encontrado], # [produtos|resultados|artigos], este [artigo|conteúdo|post] foi útil *, este [artigo|conteúdo|post] foi útil, [avalie|classifique] este [artigo|post], imprimir, ver todos os [posts|artigos] de *, # comentários, # comentário`,
	`nessun [prodotto|risultato] [corrisponde|trovato|disponibile] *, nessun [prodotto|risultato] trovato, # [prodotti|risultati|articoli], [questo articolo |]ti è stato utile *, [questo articolo |]ti è stato utile, [vota|valuta] questo articolo, stampa, [vedi|leggi] tutti gli articoli di *, tutti gli articoli di *, # commenti, # commento`,
	// Marks of advertisements.
	`[save|pin] [it|this|this post] for later *, * [save|pin] [it|this|this post] for later *`,
	`advertisement, advertisements, advertisement *continue *, ad, ads, sponsored, promoted, advertising, [article|story|content] continues below *, [story|article] continues after *, continue reading below, scroll [down |]to continue *, ad feedback, report this ad, remove ads, click to skip ad, paid content, skip ad`,
	`werbeanzeige, weiterlesen nach der anzeige, anzeige weiterlesen, nach der werbung *, ende der anzeige`,
	`werbung, anzeige, anzeigen`,
	`publicité, annonce, annonces, la suite après la publicité, la suite après cette publicité, lire la suite après *, contenu sponsorisé`,
	`anuncio, anuncios, publicidade, publicidad, contenido patrocinado, conteúdo patrocinado, anúncio, anúncios, continúa después de la publicidad, continua após a publicidade, continua depois da publicidade, sigue leyendo tras *, continua após o anúncio`,
	`pubblicità, annuncio, annunci, annuncio pubblicitario, continua a leggere dopo la pubblicità, l'articolo continua *, continua dopo la pubblicità`,
)

// formLines are whole lines of a form: to sign up, to comment.
var formLines = phrasesOf(
	`[your |enter your |][email|e mail|email address|e mail address], [your |][first |last |full |][name], [subscribe|sign up|sign me up|join|join us|register] [now|today|here|for free|free], [subscribe|sign up] [to|for] [our|the|my|this] *, subscribe, sign me up, count me in, yes please, yes sign me up, submit, send, [join|download] now, join subscribers, join the [list|club|newsletter|community], no spam *, no spam, unsubscribe [anytime|at any time|at any time *], we respect your privacy *, we respect your privacy, we hate spam *, website, your website, comment, your comment, post comment, submit comment, your email address will not be published *, required fields are marked *, save my name *, notify me of *, this site uses akismet *, learn how your comment data *, reply, cancel reply, report, report comment, like reply, [like |]like, thank you for subscribing *, check your inbox *, leave this field empty *`,
	`[deine |ihre |][e mail|e mail adresse|email|email adresse], [dein |ihr |vor|nach|][name], [jetzt |kostenlos |][abonnieren|eintragen], abonnieren, absenden, senden, kommentar, kein spam *, kein spam, [abmeldung|austragen] jederzeit *, deine e mail adresse wird nicht veröffentlicht *, erforderliche felder sind *, [meinen|meine] [name|namen] *speichern, meinen namen *, benachrichtige mich *, diese website verwendet akismet *, antworten, antwort abbrechen, webseite, jederzeit [abbestellbar|kündbar]`,
	`[votre |ton |adresse |votre adresse |][e mail|email|mail|courriel|adresse e mail|adresse email], [votre |][nom|prénom], [s'inscrire|je m'inscris|m'inscrire|s'abonner|je m'abonne|envoyer|valider|ok], [s'inscrire|s'abonner] [à la newsletter|à l'infolettre|gratuitement|maintenant], votre adresse e mail ne sera pas publiée *, votre adresse de messagerie *, les champs obligatoires *, enregistrer mon nom *, prévenez moi *, laisser ce champ vide, répondre, annuler la réponse, site web, pas de spam *, désinscription *, désabonnement *`,
	`[tu |su |][email|e mail|correo|correo electrónico|dirección de correo *], [tu |][nombre|apellidos], [suscribirme|suscribirse|suscríbete|suscríbete ya|enviar|quiero suscribirme|apuntarme|me apunto], tu dirección de correo electrónico no será publicada *, los campos obligatorios *, guarda mi nombre *, recibir un [correo|email] *, este sitio usa akismet *, responder, cancelar respuesta, publicar comentario, publicar el comentario, [sin|nada de|cero] spam *, sin spam, web, sitio web`,
	`[seu |o seu |teu |][email|e mail|endereço de e mail|endereço de email|melhor e mail|melhor email], [seu |o seu |][nome|sobrenome], [inscrever|inscrever me|inscrever se|assinar|quero receber|quero assinar|subscrever|enviar|cadastrar|quero me inscrever], o seu endereço de [e mail|email] não será publicado *, campos obrigatórios *, [salvar|guardar] [meus dados|meu nome|o meu nome] *, notifique me *, notificar me *, este site utiliza o akismet *, responder, cancelar resposta, publicar comentário, enviar comentário, [sem|zero] spam *, sem spam, site`,
	`[la tua |il tuo |indirizzo |][email|e mail|indirizzo email|indirizzo e mail], [il tuo |][nome|cognome], [iscriviti|iscrivimi|mi iscrivo|invia|registrati ora|iscriviti ora|iscriviti subito|voglio iscrivermi], il tuo indirizzo [email|e mail] non sarà pubblicato *, i campi obbligatori *, [salva|do il mio consenso] * nome *, salva il mio nome *, avvertimi *, questo sito [usa|utilizza] akismet *, rispondi, annulla risposta, invia commento, pubblica commento, [niente|nessuno|zero|no] spam *, niente spam, sito web, ti puoi cancellare *, cancellati quando vuoi *`,
)

// namesToo are lines of the frame that may as well be the heading of a section
// with text below it.
var namesToo = phrasesOf(`privacy, cookies, terms, [terms|terms and] conditions, contact, search, help, legal, accessibility, home, website, name, comment, email, accept, reject, menu, edit, sponsored, listen, datenschutz, kontakt, suche, startseite, impressum, einstellungen, confidentialité, accueil, panier, recherche, contacto, privacidad, búsqueda, inicio, nombre, privacidade, contato, pesquisa, início, nome, contatti, ricerca, carrello, share, follow`)

// networks are where articles are shared and sites followed; shareVerbs stand
// among them.
var (
	networks   = wordsOf(`facebook|twitter|pinterest|instagram|whatsapp|linkedin|reddit|tumblr|youtube|tiktok|telegram|threads|bluesky|mastodon|flipboard|xing|messenger|snapchat|twitch|discord|tweet|twittern|feedly|rss|patreon|flickr|medium|github|goodreads|bloglovin`)
	shareVerbs = wordsOf(`x|email|mail|e|print|drucken|imprimer|imprimir|stampa|feed|pocket|buffer|mix|vk|line|copy|link|copia|copiar|copier|le|lien|share|pin|it|teilen|merken|partager|compartir|compartilhar|partilhar|condividi|like|save|comment|more|on|via|to|this|auf|mit|per|sur|par|en|por|no|su|con|und|and|y|et|opens|in|new|window|tab|spotify|podcast|podcasts|apple|google|news|channel|group|page|us|follow`)
)

// agencies lend pictures.
const agencies = `(?:getty images|shutterstock|istock\w*|unsplash|pexels|pixabay|adobe ?stock|alamy|depositphotos|freepik|123rf|dreamstime|flickr|wikimedia(?: commons)?)`

var (
	// copyrightLine begins or ends a page's foot.
	copyrightLine = compile(`(?i)(?:^|[|·•←\s])(?:©|\(c\)\s|copyright\b)[\s\d–,-]*(?:19|20)\d\d|^(?:©|\(c\)|copyright\b)\s*\S.{0,80}$|\b(?:all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados|todos os direitos reservados|tutti i diritti riservati)\b`)
	// cookieLine asks for consent.
	cookieLine = compile(`(?i)^(?:.{0,60}\b(?:we|site|website|blog|page|partners|verwenden|nutzt|verwendet|nutzen|webseite|utilisons|utilise|site|usamos|utilizamos|sitio|utiliza|usa|utilizziamo|usiamo|sito)\b.{0,60}\bcookies?\b.{0,300}\b(?:consent|accept|agree|experience|settings|preferences|privacy|personali[sz]e|traffic|analytics|continu\w+|zustimm\w*|einverstanden|erlebnis|datenschutz\w*|einstellungen|erfahrung|accepte\w*|expérience|navigation|acept\w*|experiencia|navegación|navegando|aceit\w*|experiência|navegação|navegar|accett\w*|esperienza|navigazione|consens\w*)\b)`)
	// agreeLine is the small print of a form.
	agreeLine = compile(`(?i)^(?:\W{0,3}(?:by|mit|indem|en|al|ao|com|con|cliccando|inserendo|iscrivendoti|registrandoti|proteg|this site is protected|diese seite ist durch|ich (?:bin einverstanden|stimme)|i (?:agree|consent)|j'accepte|acepto|aceito|accetto|autorizzo|ho letto|he leído|li e)\b.{0,160}\b(?:privacy|terms|datenschutz\w*|nutzungsbedingungen|confidentialité|conditions|privacidad|privacidade|termos|términos|condiciones|termini|recaptcha)\b.{0,80})$`)
	// creditLine says who took a picture.
	creditLine = compile(`(?i)^[(\[]?(?:(?:photos?|images?|pictures?|pics?|photograph(?:s|y)?|(?:featured|cover|header|hero|lead) (?:image|photo)|illustrations?|titel(?:bild|foto)|beitragsbild|fotos?|bild(?:er)?|bild(?:nachweise?|quellen?|rechte)|crédits?(?: photos?)?|photo de couverture|im[aá]gen(?:es)?(?: destacada)?|fotografías?|image(?:m|ns)|fotografi[ae]?|immagin[ei](?: di copertina)?|copertina)` +
		`(?: (?:credits?|courtesy(?: of)?|source|crédits?|créditos|nachweis|quelle|crediti|fonte|fuente))*\s*(?::\s*\S|©|\(c\)|(?: by| via| von| de| par| di| do| da) (?-i:\p{Lu})).{0,80}|` +
		`(?:credits?|quelle|source|fuente|fonte|crediti|créditos)\s*:\s*.{0,50}` + agencies + `.{0,30}|(?:©\s?|\(c\)\s?)?(?-i:\p{Lu}).{0,40}(?:/|\||©|,|\bvia\b|\bon\b| - | – )\s?` + agencies + `[^.]{0,30}|(?:©|\(c\))?\s?` + agencies + `)[)\]]?\.?$`)
	// filed says where the site filed the article.
	filed = compile(`(?i)^(?:(?:tags?|tagged(?: with)?|filed under|posted (?:in|under)|topics?|categor(?:y|ies)|keywords|labels|schlagw[öo]rt(?:er|e)|schlagworte|stichw[öo]rter|kategorien?|themen?|rubrik|étiquettes?|mots[- ]clés|catégories?|thèmes?|etiquetas?|categorías?|temas?|categorias?|etichette|categori[ae]|argomenti|parole chiave)\s*:\s*\S.{0,200}|(?:filed under|posted (?:in|under)|tagged(?: with)?|veröffentlicht (?:in|unter)|publié dans|classé dans|publicado en|archivado en|publicado em|arquivado em|marcado com|pubblicato in|archiviato in)\b[^.]{2,80})$`)
	// hashtags is a line of tags and nothing else.
	hashtags = compile(`^(?:#[\p{L}\p{N}_]{2,40}[\s,·|]*){2,}$`)
	// arrowBack leads to where the reader came from.
	arrowBack = compile(`^(?:←|«|‹|<<|⟵|◀|⬅)\s?\S.{0,90}$`)
	// invites opens a sentence that asks for something.
	invites = compile(`(?i)^(?:join|get|sign up|subscribe|enter|never miss|don'?t miss|want|like what|enjoy|receive|be the first|stay|follow|find|connect|drop your|pop your|our (?:free |weekly )*newsletter|no spam|unsubscribe|melde|trag|abonnier|erhalte|hol dir|verpasse|jetzt|willst|möchtest|bleib|folge|kein spam|inscri|abonne|recevez|rejoign|ne manque|ne rate|vous voulez|envie|suivez|suscr|apúnt|recib|únete|no te|quieres|sígue|inscrev|cadastr|assin|receb|fique|junte|quer |siga|não perca|iscriv|ricev|unisciti|non perd|vuoi|resta|seguici|registrati)`)
)

// siteLine: a short text that is a line of the page's frame, whatever stands
// around it. The tables and a look for what a pattern cannot do without come
// before the patterns, which cost more.
func siteLine(s string) bool {
	if len(s) > 400 {
		return false
	}
	s = strings.TrimSpace(s)
	k := phraseKey(s)
	if strings.Contains(k, "cookie") && cookieLine.MatchString(s) {
		return true
	}
	if len(s) > 260 {
		return false
	}
	return siteLines.hasKey(k) || formLines.hasKey(k) || frameRow(s) || networked(s, k) || copyright(s, k) || credit(s, k) || strings.Contains(k, "product advertising api") ||
		strings.Contains(s, "#") && hashtags.MatchString(s) || arrowBack.MatchString(s) ||
		containsAny(k, agreeStems) && agreeLine.MatchString(s) || (strings.Contains(s, ":") || filedStarts[firstWord(k)]) && filed.MatchString(s)
}

// frameRow: lines of the frame with marks between them.
func frameRow(s string) bool {
	if !strings.ContainsAny(s, "|·•") {
		return false
	}
	n, unknown := 0, 0
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune("|·•", r) }) {
		k := phraseKey(part)
		switch {
		case k == "":
		case siteLines.hasKey(k), formLines.hasKey(k), siteHeads.hasKey(k), networks[k]:
			n++
		case strings.Count(k, " ") > 2:
			return false
		default:
			unknown++
		}
	}
	return n >= 2 && 2*unknown <= n
}

func containsAny(s string, stems []string) bool {
	return slices.ContainsFunc(stems, func(stem string) bool { return strings.Contains(s, stem) })
}

func firstWord(k string) string {
	w, _, _ := strings.Cut(k, " ")
	return w
}

var (
	agreeStems  = list(`privacy|terms|datenschutz|nutzungsbed|confidentialite|conditions|privacid|termos|terminos|condiciones|termini|recaptcha`)
	filedStarts = wordsOf(`filed|posted|tagged|veroffentlicht|publie|classe|publicado|archivado|arquivado|marcado|pubblicato|archiviato`)
	rightsStems = list(`copyright|rights reserved|rechte vorbehalten|droits reserves|derechos reservados|direitos reservados|diritti riservati`)
	agencyStems = list(`getty images|shutterstock|istock|unsplash|pexels|pixabay|adobe stock|adobestock|alamy|depositphotos|freepik|123rf|dreamstime|flickr|wikimedia`)
	creditStart = wordsOf(`photo|photos|image|images|picture|pictures|pic|pics|photograph|photographs|photography|featured|cover|header|hero|lead|illustration|illustrations|titelbild|titelfoto|beitragsbild|foto|fotos|bild|bilder|bildnachweis|bildnachweise|bildquelle|bildquellen|bildrechte|credit|credits|imagen|imagenes|fotografia|fotografias|imagem|imagens|fotografie|immagine|immagini|copertina`)
)

// copyright: the small print that ends a page, which says little else. k is
// the key of s here and below.
func copyright(s, k string) bool {
	return len(s) <= 200 && (strings.Contains(s, "©") || strings.HasPrefix(s, "(c)") || strings.HasPrefix(s, "(C)") || containsAny(k, rightsStems)) && copyrightLine.MatchString(s)
}

// credit: the line says who took a picture.
func credit(s, k string) bool {
	return len(s) <= 140 && (creditStart[firstWord(k)] || containsAny(k, agencyStems)) && creditLine.MatchString(s)
}

// networked: a row of networks, or a request to follow somebody on one.
func networked(s, k string) bool {
	if len(s) > 200 {
		return false
	}
	named, others, unknown := 0, 0, 0
	for w := range strings.FieldsSeq(k) {
		switch {
		case networks[w]:
			named++
		case shareVerbs[w]:
			others++
		case !isNumber(w):
			unknown++
		}
	}
	switch {
	case named == 0:
		return false
	case unknown == 0:
		return named >= 2 || others > 0
	}
	return short(s, 140) && followStart.MatchString(s)
}

var followStart = compile(`(?i)^\W{0,6}(?:follow|find|join|connect with|like|subscribe|come (?:and )?say|folge?n?|folgt|besuche?n?|du findest|suivez|suis|retrouve[zr]?|rejoignez|abonne[zr]|síg[au]\w+|encuéntra\w+|únete|siga|segue|acompanhe|encontre|inscreva|seguici|seguimi|segui|ci trovi|mi trovi|trovaci|iscriviti|unisciti)\b`)

// pitchStems: without one of these no text asks to sign up.
var pitchStems = list(`newsletter|inbox|mailing list|mail list|mail updates|subscri|sign up|signing up|posteingang|postfach|abonn|melde dich|trage dich|trag dich|boite mail|boite de reception|inscri|boletin|suscri|bandeja de entrada|caixa de entrada|inscrev|assine|subscrev|cadastr|iscriv|iscriz|posta elettronica|tua casella|tua mail|tua email|tu correo|seu e mail|teu e mail|abmeld|no spam|kein spam`)

// joinOthers counts those who have signed up already.
var joinOthers = compile(`\b(?:join|werde \w+ von|rejoi\w+|unete a|junta? ?t?e? ?se a|junte se a|unisciti a)\b.{0,20}\d.{0,12}\b(?:readers|subscribers|others|people|leser\w*|abonnent\w*|lecteurs|abonnes|lectores|suscriptores|leitores|inscritos|assinantes|lettori|iscritti)\b`)

// askedFor: the text asks the reader to sign up or to follow.
func askedFor(s string) bool {
	if s == "" || len(s) > 320 || len(s) > 140 && !invites.MatchString(s) {
		return false
	}
	k := phraseKey(s)
	return containsAny(k, pitchStems) || joinOthers.MatchString(k)
}
