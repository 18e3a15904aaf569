package ingest

import (
	"strings"
)

// The names of the parts of reviews, in six languages; folded as in words.go.

// faqNames name a section of questions.
var faqNames = words(
	`(the |our |your |some |more )?(top |most )?(faq|faqs|f\.a\.q\.?|frequently asked questions?|(common|commonly asked|frequent|popular|reader|readers'|your|buyer'?s?) questions?|questions? (and|&) answers|q ?(&|and) ?a|questions answered|your questions,? answered|people also ask|q&as?)( \(faqs?\)| faqs?)?( (about|on|for|regarding) .{2,80})?`,
	`(.{2,60} )?(faqs?|frequently asked questions)`, `questions (about|on) .{2,80}`, `questions`, `(common|frequent|popular|top|more|other|your) .{2,40} (questions|faqs?)( answered)?`, `.{2,60} questions,? answered`, `(faqs?|frequently asked questions) ?[:|-] ?.{2,80}`, `.{2,60} ?[:|-] (faqs?|frequently asked questions)`,
	`(die )?(häufig(e|sten)?( gestellten?)?|häufig gestellte) fragen( und antworten)?( (zu|zum|zur|über|rund um) .{2,80})?`, `fragen (und|&) antworten( .{2,80})?`, `.{2,40}-faq`, `häufige fragen ?[:|-] ?.{2,80}`,
	`(les |vos )?questions (fréquentes|courantes)( (sur|à propos) .{2,80})?`, `foire aux questions`, `vos questions`, `questions[ -]réponses`,
	`(las )?(preguntas|dudas) (más )?(frecuentes|comunes|habituales)( (sobre|de) .{2,80})?`, `preguntas y respuestas( .{2,80})?`,
	`(as )?(perguntas|dúvidas) (mais )?(frequentes|comuns)( (sobre|de) .{2,80})?`, `perguntas e respostas( .{2,80})?`,
	`(le )?domande (più )?(frequenti|comuni)( (su|sul|sulla|sui|sulle) .{2,80})?`, `domande e risposte( .{2,80})?`,
)

// isFAQName: the words name a section of questions.
func isFAQName(s string) bool {
	return short(s, 140) && faqNames.MatchString(strings.TrimRight(fold(s), "?:. "))
}

// proNames and conNames name one side of a comparison.
var (
	proNames = words(
		`(the |our )?(pros|upsides?|positives|advantages|plus(es)?|plus points|strengths|highs|likes|thumbs up)( of .{2,40})?`, `the good( stuff)?`, `what('?s| is) (good|great|to like)`, `what (we|i) (really |also )?(like|love|liked|loved)( about (it|them|this).{0,20})?`, `(things|what) (we|i|to) (like|love)`, `why (we|i) (like|love)d? it`, `reasons? to buy( it)?`, `(it'?s )?good for`, `for`,
		`(die )?(vorteile|pro|pros|plus|pluspunkte|stärken|positiv(es)?)`, `(das|was) (hat )?(uns|mir) (gut )?gefällt( gut)?`, `das gefällt( uns| mir)?( gut)?`, `was uns gefallen hat`, `dafür`,
		`(les |le |nos )?(points? (forts?|positifs?)|avantages|plus|pour|atouts|qualités)`, `(ce (qu'on|que (nous|j'|l'on) ?))(a )?(aime|aimé|aimons|apprécie)( bien)?`, `on (a )?aim(e|é)`,
		`(las |los |sus )?(ventajas|pros|puntos (fuertes|positivos)|a favor)`, `lo (mejor|bueno|que más gusta)`, `lo que (más |sí )?(me|nos) (gusta|ha gustado|gustó)`,
		`(as |os )?(vantagens|prós|pontos (fortes|positivos)|a favor)`, `(do|o) que (mais )?(gostamos|gostei)`,
		`(i |gli )?(pro|pregi|vantaggi|punti (di forza|forti|a favore)|aspetti positivi|lati positivi)`, `(quello che|cosa|che cosa) (ci|mi) (piace|è piaciuto)`,
	)
	conNames = words(
		`(the |our )?(cons|downsides?|negatives|disadvantages|drawbacks|minus(es)?|minus points|weaknesses|lows|dislikes|limitations|thumbs down)( of .{2,40})?`, `(the )?(potential|possible) (downsides?|drawbacks)`, `the (bad|not[- ]so[- ]good)( stuff)?`, `what('?s| is) (bad|not (so )?(good|great)|not to like)`, `what (we|i) (really |also )?((don'?t|didn'?t|do not|did not) (like|love)|disliked?|hated?|wish|would change|'d change)( about (it|them|this).{0,20})?`, `what could be (better|improved)`, `room for improvement`, `(things|what) (we|i) (don'?t|didn'?t) (like|love)`, `reasons? to (avoid|skip)( it)?`, `flaws but not deal-?breakers`, `(the )?flaws`, `(it'?s )?not (so )?good for`, `against`,
		`(die )?(nachteile|contra|kontra|cons|minus|minuspunkte|schwächen|negativ(es)?)`, `(das|was) (hat )?(uns|mir) nicht( so)?( gut)? gefällt`, `das (gefällt|stört)( uns| mir)?( nicht)?( so)?( gut)?`, `was uns nicht( so)?( gut)? gefallen hat`, `was uns stört`, `dagegen`,
		`(les |le |nos )?(points? (faibles?|négatifs?)|inconvénients|moins|contre|défauts|bémols)`, `(ce (qu'on|que (nous|j'|l'on) ?))(n')?(a )?(aime|aimé|aimons|apprécie) (moins|pas)( aimé)?`, `on (n')?aime (moins|pas)`,
		`(las |los |sus )?(desventajas|contras|inconvenientes|puntos (débiles|negativos)|en contra)`, `lo (peor|malo|que menos gusta)`, `lo que (no|menos) (me|nos) (gusta|ha gustado|gustó)`,
		`(as |os )?(desvantagens|contras|pontos (fracos|negativos)|contra)`, `(do|o) que (não|menos) (gostamos|gostei)`,
		`(i |gli )?(contro|contra|difetti|svantaggi|punti (di debolezza|deboli|a sfavore)|aspetti negativi|lati negativi)`, `(quello che|cosa|che cosa) non (ci|mi) (piace|è piaciuto)`,
	)
	// looseCons are the other side only beside a first one.
	looseCons = words(`(what|things|some things) to (consider|know|keep in mind|watch( out)? for)`, `keep in mind`, `worth (knowing|noting)`, `caveats`, `zu beachten`, `à savoir`, `a tener en cuenta`, `da considerare|da sapere`, `a considerar`)
	// firmSides name one side also where there is no other.
	firmSides = words(`(the )?(pros|cons)`, `what (we|i) ((don'?t|didn'?t) )?(really )?(like|love|liked|loved)( about (it|them))?`, `reasons? to (buy|avoid)( it)?`, `was (uns|mir) (nicht )?gefällt`, `ce qu'on (n')?aime( pas)?`, `lo que (no )?(me|nos) gusta`, `o que (não )?gostamos`, `cosa (non )?(ci|mi) piace`)
	// bothNames name the two sides together.
	bothNames = words(`(the |our )?(pros?|advantages|good|benefits|upsides|strengths)( points)? ?(/|and|&|\+|vs\.?|or) ?(the )?(cons?|disadvantages|bad|drawbacks|downsides|weaknesses)( (of|for|to) .{2,60})?`, `.{2,60}:? pros (and|&) cons`,
		`(die )?(vor-? ?(und|&) ?nachteile|pro (und|&|/) (contra|kontra)|stärken (und|&) schwächen|plus (und|&) minus)( .{2,60})?`, `(les )?(avantages (et|&) inconvénients|points forts (et|&) (points )?faibles|pour (et|ou) (le )?contre|plus et (les )?moins)( .{2,60})?`,
		`(las )?(ventajas (y|e) (desventajas|inconvenientes)|pros y contras|lo (mejor|bueno) y lo (peor|malo))( .{2,60})?`, `(as )?(vantagens e desvantagens|prós e contras)( .{2,60})?`, `(i )?(pro e contro|vantaggi e svantaggi|pregi e difetti)( .{2,60})?`)
)

// verdictNames name the box a review sums itself up in.
var verdictNames = words(
	`(our |the |my |final |quick |overall |editor'?s? |expert )*(verdict|bottom line|final word|final say)( on .{2,60})?`, `.{2,40}: (our |the |final )?verdict`, `(our|my) (final )?take`, `in conclusion, .{2,40}`,
	`(unser |mein |das |ein |kurz-?|test-?)*(fazit|urteil|gesamturteil|testurteil|schlussurteil|kurzfazit|testfazit)( (zu|zum|zur) .{2,60})?`, `unsere? (meinung|einschätzung|eindruck)`,
	`(notre |le |mon |l')?(avis|verdict)( final| de la rédaction)?( sur .{2,60})?`,
	`(nuestr[oa] |el |mi |la )?(veredicto|opinión|valoración)( final)?( sobre .{2,60})?`,
	`(o |nosso |meu |a nossa |nossa |minha )?(vered[ií]c?to|opinião|avaliação)( final)?( sobre .{2,60})?`,
	`(il |il nostro |il mio |la nostra |la mia )?(verdetto|giudizio|parere|opinione)( finale)?( su .{2,60})?`,
)

// openedBy parts "Pros: light and cheap" into the name and where the rest
// begins, in bytes; -1 if there is no colon that early.
func openedBy(s string) (name string, rest int) {
	if head := clip(s, 300); !strings.ContainsAny(head, ":：") && !strings.Contains(head, " – ") && !strings.Contains(head, " — ") && !strings.Contains(head, " - ") {
		return "", -1
	}
	m := leadLabel.FindStringSubmatchIndex(s)
	if m == nil {
		return "", -1
	}
	return s[m[2]:m[3]], m[1]
}

var leadLabel = compile(`^(.{2,60}?)\s*(?:[:：]|\s[–—-]\s)\s*`)
