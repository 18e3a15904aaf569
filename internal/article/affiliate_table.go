package article

// The tables below are put together from the networks' own help pages on
// tracking links (the domains they tell publishers to expect and the query
// parameters they append on landing); EasyPrivacy's and ClearURLs' public
// lists name the same ones. A new network is one line in the table.

const amazonNetwork = "Amazon Associates"

// amazonMarketplaces are the shops the Associates programme knows, by domain.
var amazonMarketplaces = set(
	"amazon.com", "amazon.ca", "amazon.com.mx", "amazon.com.br",
	"amazon.co.uk", "amazon.ie", "amazon.de", "amazon.fr", "amazon.it", "amazon.es",
	"amazon.nl", "amazon.com.be", "amazon.pl", "amazon.se", "amazon.com.tr",
	"amazon.ae", "amazon.sa", "amazon.eg", "amazon.co.za",
	"amazon.in", "amazon.co.jp", "amazon.sg", "amazon.com.au", "amazon.cn",
)

// amazonShort are Amazon's own shorteners.
var amazonShort = set("amzn.to", "amzn.eu", "amzn.com", "amzn.asia", "amzn.in", "a.co")

// network is one row of the table of affiliate networks.
type network struct {
	name     string
	hosts    []string // the domain and everything below it
	merchant string   // the shop, where the network serves one only
	path     string   // the path must begin so; "" any
	needs    []string // one of these parameters must be there; none: any link
	tags     []string // parameters that name the publisher's account
	short    bool     // the address hides where it leads
}

var networks = []network{
	{name: "Adcell", hosts: []string{"adcell.de"}, path: "/promotion/"},
	{name: "Admitad", hosts: []string{"ad.admitad.com", "alitems.com", "alitems.co"}},
	{name: "Adtraction", hosts: []string{"track.adtraction.com"}, tags: []string{"as"}},
	{name: "AliExpress", hosts: []string{"s.click.aliexpress.com"}, merchant: "AliExpress", short: true},
	{name: "AvantLink", hosts: []string{"avantlink.com"}, path: "/click.php", tags: []string{"pw"}},
	{name: "Awin", hosts: []string{"awin1.com", "zenaps.com"}, tags: []string{"awinaffid"}},
	{name: "Awin", hosts: []string{"tidd.ly"}, short: true},
	{name: "Belboon", hosts: []string{"belboon.com", "belboon.de"}},
	{name: "CJ", hosts: []string{
		"anrdoezrs.net", "dpbolvw.net", "jdoqocy.com", "kqzyfj.com", "tkqlhce.com", "qksrv.net",
		"apmebf.com", "emjcd.com", "lduhtrp.net", "ftjcfx.com", "awltovhc.com", "afcyhf.com", "cj.dotomi.com"}},
	{name: "ClickBank", hosts: []string{"hop.clickbank.net"}, tags: []string{"affiliate"}},
	{name: "Commission Factory", hosts: []string{"t.cfjump.com"}},
	{name: "Daisycon", hosts: []string{"ds1.nl", "lt45.net", "jf79.net", "fr135.net", "glp8.net", "ndt5.net", "bdt9.net", "dt51.net"}, tags: []string{"wi"}},
	{name: "Digistore24", hosts: []string{"digistore24.com"}, path: "/redir/"},
	{name: "Effiliation", hosts: []string{"track.effiliation.com"}},
	{name: "eBay Partner Network", hosts: []string{"rover.ebay.com"}, merchant: "eBay", tags: []string{"campid"}},
	{name: "eBay Partner Network", hosts: []string{"ebay.us", "ebay.to"}, merchant: "eBay", short: true},
	{name: "FinanceAds", hosts: []string{"financeads.net"}},
	{name: "FlexOffers", hosts: []string{"flexlinkspro.com", "flexlinks.com"}},
	{name: "Geniuslink", hosts: []string{"geni.us"}, short: true},
	{name: "Howl", hosts: []string{"howl.link", "howl.me", "bam-x.com"}, short: true},
	{name: "iHerb", hosts: []string{"iherb.co"}, merchant: "iHerb", short: true},
	{name: "Impact", hosts: []string{
		"pxf.io", "sjv.io", "ojrq.net", "evyy.net", "7eer.net", "7tiv.net", "bn5x.net", "uikc.net",
		"vzew.net", "pvxt.net", "lusg.net", "wk5q.net", "goto.target.com", "goto.walmart.com"}},
	{name: "Kwanko", hosts: []string{"action.metaffiliation.com"}},
	{name: "LinkConnector", hosts: []string{"linkconnector.com"}, path: "/ta.php"},
	{name: "LTK", hosts: []string{"rstyle.me", "liketk.it", "liketoknow.it", "shopltk.com"}, short: true},
	{name: "MagicLinks", hosts: []string{"magik.ly", "go.magik.ly"}, short: true},
	{name: "Optimise", hosts: []string{"omgt1.com", "omgt3.com", "omgt4.com", "omgt5.com"}},
	{name: "Partner-ads", hosts: []string{"partner-ads.com"}, path: "/dk/klikbanner.php"},
	{name: "Partnerize", hosts: []string{"prf.hn"}},
	{name: "Pepperjam", hosts: []string{"gopjn.com", "pjatr.com", "pjtra.com", "pntra.com", "pntrac.com", "pntrs.com"}},
	{name: "Rakuten", hosts: []string{"linksynergy.com", "linksynergy.walmart.com"}, tags: []string{"id"}},
	{name: "ShareASale", hosts: []string{"shareasale.com", "shareasale-analytics.com"}, needs: []string{"b", "u", "m", "urllink"}, tags: []string{"u"}},
	{name: "ShareASale", hosts: []string{"shrsl.com"}, short: true},
	{name: "ShopMy", hosts: []string{"go.shopmy.us", "shopmy.us"}, short: true},
	{name: "ShopStyle", hosts: []string{"shopstyle.it", "api.shopstyle.com"}, short: true},
	{name: "Skimlinks", hosts: []string{"skimresources.com", "go.redirectingat.com"}, tags: []string{"id"}},
	{name: "Skimlinks", hosts: []string{"fave.co"}, short: true},
	{name: "Sovrn", hosts: []string{"redirect.viglink.com", "viglink.com", "sovrn.co", "shop-links.co"}, tags: []string{"key"}},
	{name: "Tradedoubler", hosts: []string{"clk.tradedoubler.com", "clkuk.tradedoubler.com", "clkde.tradedoubler.com", "pdt.tradedoubler.com"}, tags: []string{"a"}},
	{name: "TradeTracker", hosts: []string{"tc.tradetracker.net"}},
	{name: "Webgains", hosts: []string{"track.webgains.com"}, tags: []string{"wgcampaignid"}},
}

// networkParameters are appended to the shop's own address by the network
// named, or by the shop's partner programme; keys in lower case. Parameters
// that ordinary links have too (ref, via, source, utm_…) are left out.
var networkParameters = map[string]string{
	"irclickid": "Impact", "irgwc": "Impact",
	"cjevent": "CJ", "sscid": "ShareASale", "awc": "Awin",
	"ranmid": "Rakuten", "raneaid": "Rakuten", "ransiteid": "Rakuten",
	"clickref": "Partnerize", "admitad_uid": "Admitad", "tduid": "Tradedoubler",
	"campid": "eBay Partner Network", "hop": "ClickBank", "rcode": "iHerb",
	"wmlspartner": "Walmart", "aff_fcid": "AliExpress", "aff_short_key": "AliExpress",
	"rfsn": "Refersion", "sca_ref": "UpPromote", "afmc": "LeadDyno", "a_aid": "Post Affiliate Pro",
	"tap_a": "Tapfiliate", "fpr": "FirstPromoter", "avad": "AvantLink",
	"aff": "partner programme", "aff_id": "partner programme", "affid": "partner programme",
	"affiliate": "partner programme", "affiliate_id": "partner programme", "affiliateid": "partner programme",
	"aff_sub": "partner programme", "afftrack": "partner programme", "partnerid": "partner programme",
}

// destinationKeys are the parameters in which tracking links carry the
// address they lead to.
var destinationKeys = []string{"murl", "ued", "urllink", "url", "u", "p", "to", "dest", "destination", "r", "mpre", "ulp", "dl"}

// cloakFolders are the redirect folders that link-cloaking plugins set up.
var cloakFolders = set("recommends", "go", "refer", "affiliate")

// merchants are shops by domain, for naming them beside a pick.
var merchants = map[string]string{
	"aliexpress.com": "AliExpress", "bestbuy.com": "Best Buy", "bookshop.org": "Bookshop.org",
	"boots.com": "Boots", "chewy.com": "Chewy", "costco.com": "Costco", "cvs.com": "CVS",
	"dm.de": "dm", "douglas.de": "Douglas", "ebay.com": "eBay", "ebay.co.uk": "eBay", "ebay.de": "eBay",
	"ebay.fr": "eBay", "ebay.it": "eBay", "ebay.es": "eBay", "etsy.com": "Etsy", "fnac.com": "Fnac",
	"hollandandbarrett.com": "Holland & Barrett", "homedepot.com": "The Home Depot", "iherb.com": "iHerb",
	"ikea.com": "IKEA", "lookfantastic.com": "Lookfantastic", "lowes.com": "Lowe's", "macys.com": "Macy's",
	"mediamarkt.de": "MediaMarkt", "nordstrom.com": "Nordstrom", "notino.de": "Notino", "otto.de": "Otto",
	"petco.com": "Petco", "rei.com": "REI", "sephora.com": "Sephora", "sephora.de": "Sephora",
	"sephora.fr": "Sephora", "sephora.co.uk": "Sephora", "target.com": "Target", "thriftbooks.com": "ThriftBooks",
	"ulta.com": "Ulta", "vitacost.com": "Vitacost", "walgreens.com": "Walgreens", "walmart.com": "Walmart",
	"wayfair.com": "Wayfair", "zalando.de": "Zalando", "zappos.com": "Zappos",
}

var networkHosts = indexNetworks()

func indexNetworks() map[string]network {
	m := make(map[string]network)
	for _, n := range networks {
		for _, h := range n.hosts {
			m[h] = n
		}
	}
	return m
}

func set(keys ...string) map[string]bool {
	m := make(map[string]bool, len(keys))
	for _, k := range keys {
		m[k] = true
	}
	return m
}
