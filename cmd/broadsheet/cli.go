package main

import (
	"github.com/alecthomas/kong"

	"github.com/broadsheet/broadsheet/internal/config"
)

// cli is the whole command line: settings first, then one field per command.
type cli struct {
	config.Settings `embed:""`

	Version kong.VersionFlag `name:"version" help:"Print the version and exit."`

	Demo    demoCmd  `cmd:"" help:"Try everything: a private Postgres, a capture inbox, sample articles and readers, one issue sent."`
	Serve   serveCmd `cmd:"" help:"Run web pages, scheduler, sources and sending in one process."`
	Work    workCmd  `cmd:"" help:"Run sources and sending only, for more machines on the same database."`
	Web     webCmd   `cmd:"" help:"Run the web pages only."`
	Check   checkCmd `cmd:"" help:"Check settings, database, migrations, relays and templates."`
	Migrate struct {
		Status migrateStatusCmd `cmd:"" help:"List the migrations and which of them the database has."`
		Up     migrateUpCmd     `cmd:"" help:"Bring the database up to this version's schema."`
	} `cmd:"" help:"Look at or update the database schema."`
	Article struct {
		Parse   articleParseCmd   `cmd:"" help:"Show what an article is read as, without a database."`
		Render  articleRenderCmd  `cmd:"" help:"Write the mail an article becomes into a folder, without a database."`
		Lint    articleLintCmd    `cmd:"" help:"List what is wrong with an article and its mail; exit 1 on any error."`
		Explain articleExplainCmd `cmd:"" help:"Say what a rule is for and where it comes from."`
		Add     articleAddCmd     `cmd:"" help:"Keep an article; prints its id."`
		List    articleListCmd    `cmd:"" help:"List the articles, newest first."`
		Show    articleShowCmd    `cmd:"" help:"Show an article with its picks, takeaways and diagnostics."`
		Measure articleMeasureCmd `cmd:"" help:"Read the sizes of an article's pictures from their files."`
		Edit    articleEditCmd    `cmd:"" help:"Correct an article; corrections survive when it is added again."`
	} `cmd:"" help:"Read, check, keep and correct articles."`
	Media struct {
		Add  mediaAddCmd  `cmd:"" help:"Keep a picture; prints the address to use in an article."`
		List mediaListCmd `cmd:"" help:"List the pictures, newest first."`
		Show mediaShowCmd `cmd:"" help:"Show a picture with its sizes and addresses."`
	} `cmd:"" help:"The publisher's own pictures, served to readers."`
	Source struct {
		Add struct {
			Folder sourceAddFolderCmd `cmd:"" help:"Take articles from the files in a folder."`
			Feed   sourceAddFeedCmd   `cmd:"" help:"Take articles from an RSS, Atom or JSON feed."`
			URLs   sourceAddURLsCmd   `cmd:"" name:"urls" help:"Take articles from the pages whose addresses stand in a file."`
		} `cmd:"" help:"Add a source; prints its id."`
		List   sourceListCmd   `cmd:"" help:"List the sources: state, last poll, last error, counts."`
		Poll   sourcePollCmd   `cmd:"" help:"Look at a source now, or at all; prints what was added and updated."`
		Remove sourceRemoveCmd `cmd:"" help:"Remove a source; its articles stay."`
	} `cmd:"" help:"Where articles come from by themselves."`
	List struct {
		Create listCreateCmd `cmd:"" help:"Create a list; prints its slug."`
		List   listListCmd   `cmd:"" help:"List the lists with their numbers of subscribers."`
		Show   listShowCmd   `cmd:"" help:"Show a list and its subscribers."`
	} `cmd:"" help:"Lists that people subscribe to."`
	Subscriber struct {
		Import      subscriberImportCmd      `cmd:"" help:"Import subscribers from a CSV file."`
		Add         subscriberAddCmd         `cmd:"" help:"Add one subscriber to a list."`
		Show        subscriberShowCmd        `cmd:"" help:"Show a subscriber: subscriptions, consent, suppression and deliveries."`
		Unsubscribe subscriberUnsubscribeCmd `cmd:"" help:"Take a subscriber off a list at his word."`
	} `cmd:"" help:"People who get mail."`
	Newsletter struct {
		Create newsletterCreateCmd `cmd:"" help:"Create a newsletter; prints its slug."`
		List   newsletterListCmd   `cmd:"" help:"List the newsletters."`
		Show   newsletterShowCmd   `cmd:"" help:"Show a newsletter and its settings."`
		Edit   newsletterEditCmd   `cmd:"" help:"Change a newsletter's settings."`
	} `cmd:"" help:"Recurring publications: sender, list, relay, policies."`
	Schedule struct {
		Set  scheduleSetCmd  `cmd:"" help:"Set when a newsletter goes out."`
		List scheduleListCmd `cmd:"" help:"List the schedules and what their last firing decided."`
		Next scheduleNextCmd `cmd:"" help:"Show the next firings, local and UTC."`
	} `cmd:"" help:"When newsletters go out."`
	Issue struct {
		Draft       issueDraftCmd       `cmd:"" help:"Make an issue of an article, or a digest of several; prints its id."`
		Edit        issueEditCmd        `cmd:"" help:"Change an issue's articles, layout, subject or introduction."`
		List        issueListCmd        `cmd:"" help:"List the issues, newest first."`
		Preview     issuePreviewCmd     `cmd:"" help:"Write exactly the mail that will go out, and what is wrong with it."`
		Test        issueTestCmd        `cmd:"" help:"Send exactly the mail that will go out to one address."`
		Acknowledge issueAcknowledgeCmd `cmd:"" help:"Let a warning stand, with a reason that is kept."`
		Approve     issueApproveCmd     `cmd:"" help:"Approve an issue's content; refused while there is an error."`
		Receipt     issueReceiptCmd     `cmd:"" help:"Show what was checked when an issue was approved, and what came of it."`
		Send        issueSendCmd        `cmd:"" help:"Launch an approved issue."`
		Pause       issuePauseCmd       `cmd:"" help:"Stop a sending issue; at most one message per connection still goes out."`
		Resume      issueResumeCmd      `cmd:"" help:"Go on with a paused issue."`
		Cancel      issueCancelCmd      `cmd:"" help:"End an issue for good; who has not got it is skipped."`
		Status      issueStatusCmd      `cmd:"" help:"Show how far an issue has come."`
		Reconcile   issueReconcileCmd   `cmd:"" help:"Account for every recipient of an issue from first principles."`
		Resolve     issueResolveCmd     `cmd:"" help:"Decide about recipients of whom nobody knows whether they got it."`
		Recipients  issueRecipientsCmd  `cmd:"" help:"List who got an issue, and who did not and why."`
	} `cmd:"" help:"Editions of a newsletter: draft, check, approve, send, account for."`
	Bounce struct {
		Address bounceAddressCmd `cmd:"" help:"Print the address to register with feedback loops."`
		List    bounceListCmd    `cmd:"" help:"List what came back about deliveries, newest first."`
	} `cmd:"" help:"Mails that came back, refusals and complaints."`
	DKIM struct {
		Add    dkimAddCmd    `cmd:"" help:"Sign the mails of a domain with a new key, or one of yours; prints the DNS record."`
		List   dkimListCmd   `cmd:"" help:"List the keys; with --json their DNS records, too."`
		Remove dkimRemoveCmd `cmd:"" help:"Sign no more with a key."`
	} `cmd:"" name:"dkim" help:"Keys that sign mails (DKIM)."`
	Relay struct {
		Add    relayAddCmd    `cmd:"" help:"Add a relay."`
		Edit   relayEditCmd   `cmd:"" help:"Give a relay another address, such as one with a new password."`
		Remove relayRemoveCmd `cmd:"" help:"Forget a relay that nothing goes through."`
		Test   relayTestCmd   `cmd:"" help:"Send a mail to yourself through a relay and show how it went."`
		Warmup relayWarmupCmd `cmd:"" help:"Let a new relay take a little more each day."`
		List   relayListCmd   `cmd:"" help:"List the relays."`
	} `cmd:"" help:"SMTP servers that mails go out through."`
	Bench struct {
		Send benchSendCmd `cmd:"" help:"Send an issue to synthetic readers from a database of its own and tell what it took."`
	} `cmd:"" help:"Measure this machine on synthetic data."`
	Throttle struct {
		Set    throttleSetCmd    `cmd:"" help:"Let only so many messages per second pass."`
		Remove throttleRemoveCmd `cmd:"" help:"Lift a throttle."`
		List   throttleListCmd   `cmd:"" help:"List the throttles."`
	} `cmd:"" help:"How fast mail goes, by relay, newsletter and mailbox provider."`
	Incident struct {
		List   incidentListCmd   `cmd:"" help:"List what is in the way of mail and charged to no subscriber."`
		Resume incidentResumeCmd `cmd:"" help:"End an incident by hand: what it held goes on."`
	} `cmd:"" help:"Troubles with providers, relays and content."`
	Worker struct {
		List workerListCmd `cmd:"" help:"List the processes that send."`
	} `cmd:"" help:"The processes that send."`
	Suppress struct {
		Add    suppressAddCmd    `cmd:"" help:"Never mail an address again."`
		Remove suppressRemoveCmd `cmd:"" help:"Lift a suppression."`
		List   suppressListCmd   `cmd:"" help:"List the suppressions."`
	} `cmd:"" help:"Addresses that must not be mailed."`
}
