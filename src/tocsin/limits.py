"""Every limit has a name, a unit and a reason here, and nowhere else."""

from __future__ import annotations

from typing import Final

__all__ = [
    "ADDRESS_CHARACTERS",
    "ADVISORIES_A_WRITE",
    "ADVISORIES_OF_A_KIND",
    "ADVISORIES_STALE_S",
    "ADVISORY_BYTES",
    "ADVISORY_FAULTS",
    "ADVISORY_NESTING",
    "ADVISORY_SOUGHT_CHARACTERS",
    "ADVISORY_VERSIONS",
    "ATTESTATIONS",
    "ATTESTATION_BYTES",
    "ATTESTATION_NESTING",
    "ATTESTATION_SIGNATURES",
    "ATTESTED_FUTURE_S",
    "BILLS_AT_ONCE",
    "BLOCK_BYTES",
    "BODY_BYTES",
    "BOM_BYTES",
    "BOM_COMPONENTS",
    "CACHED_WARNINGS_S",
    "CASES_FILE_BYTES",
    "CLAIMS_A_WRITE",
    "CODEC_MEMORY_BYTES",
    "COMMENT_CHARACTERS",
    "DECISION_CHARACTERS",
    "DECISION_SHOWN_S",
    "DECOMPRESSION_FLOOR_BYTES",
    "DECOMPRESSION_RATIO",
    "DOSSIER_ADDRESSES",
    "DOSSIER_OUTPUTS",
    "DOSSIER_TRANSACTIONS",
    "ENGINE_MEMORY_BYTES",
    "EVIDENCE_CHARACTERS",
    "EVIDENCE_OLD_DAYS",
    "EXAMPLES_PER_FINDING",
    "EXPOSURES_TRACED",
    "FAILED_SIGNINS_A_MINUTE",
    "FEED_BYTES",
    "FEED_TIMEOUT_S",
    "FINDING_GAP_S",
    "GATE_CLAUSES",
    "GATE_FAILURE_SHOWN_S",
    "GATE_FILE_BYTES",
    "GATE_RESULTS",
    "GATE_RESULT_BYTES",
    "HEADER_BYTES",
    "HTTP_ATTEMPTS",
    "HTTP_BODY_BYTES",
    "HTTP_CONNECT_S",
    "HTTP_ERROR_BODY_BYTES",
    "HTTP_PACKED_FLOOR_BYTES",
    "HTTP_REDIRECTS",
    "HTTP_TIMEOUT_S",
    "HTTP_WAIT_S",
    "INVITATION_S",
    "JSON_NESTING",
    "KNOWLEDGE_BYTES",
    "KNOWLEDGE_NESTING",
    "KNOWN_REQUESTS_A_MINUTE",
    "LEDGER_BLOCK_BYTES",
    "LEDGER_BYTES",
    "LEDGER_FAULTS",
    "LEDGER_NESTING",
    "LEDGER_TRANSACTIONS",
    "LINE_BYTES",
    "LINKS_PAGE",
    "LINKS_TOLD",
    "LINK_CASES",
    "LINK_CASES_A_MEMBER",
    "LINK_HOLDERS",
    "LINK_MARKS",
    "LINK_MARKS_READ",
    "LINK_REACHED",
    "LINK_SEEDS",
    "LIST_VALUES",
    "LOG_LEAVES",
    "MAX_RANGE_CHARS",
    "MAX_VERSION_CHARS",
    "MEASURES",
    "MEASURES_FILE_BYTES",
    "MEMO_ENTRIES",
    "NEEDS_SHOWN",
    "NOTE_BYTES",
    "NOTE_SIGNATURES",
    "NO_LONGER_LISTED_AT_ONCE",
    "OBJECTS_A_POST",
    "OBJECT_BYTES",
    "OBJECT_REFERENCES",
    "OBSERVED_DATA_BYTES",
    "OPENING_BYTES",
    "OUTCOME_ASKED_S",
    "OUTCOME_FOLLOWED_S",
    "PACKING_DEPTH",
    "PAGE_BYTES",
    "PATTERN_BYTES",
    "PATTERN_NESTING",
    "PATTERN_OPERANDS",
    "PATTERN_SEQUENCE",
    "PIPED_ARCHIVE_BYTES",
    "PLANS_KEPT",
    "PLAN_DRAWS",
    "PLAN_LIMIT_S",
    "PLAN_MEASURES",
    "PLAN_PROCESS_S",
    "PUBLISHED_ADVISORY_BYTES",
    "READS_AT_ONCE",
    "RECORDS_OF_THE_CVE_LIST",
    "REFERENCE_DEPTH",
    "REGEX_MEMORY_BYTES",
    "RELEASES_REMEMBERED",
    "REQUESTS_A_MINUTE",
    "RULES_STALE_DAYS",
    "RULE_FILE_BYTES",
    "SANCTIONS_BYTES",
    "SANCTIONS_NESTING",
    "SANCTIONS_STALE_DAYS",
    "SANCTIONS_TEXT_CHARACTERS",
    "SCREENED_ADDRESSES",
    "SEQUENCE_STEPS",
    "SESSION_S",
    "SIGNIN_S",
    "SKIPPED_EXAMPLES",
    "STATEMENTS_AT_ONCE",
    "STATEMENT_CHARACTERS",
    "STATEMENT_EVIDENCE",
    "STATEMENT_FILE_BYTES",
    "STATISTIC_RESPONDERS",
    "STATUS_KEPT_S",
    "STORE_BUSY_S",
    "SUBMISSIONS_AN_HOUR",
    "SUBMISSIONS_FOLLOWED",
    "SUBMISSION_FOLLOWED_S",
    "SYNC_LATE_S",
    "SYNC_OLD_DAYS",
    "TAGPACK_BYTES",
    "TAGPACK_FAULTS",
    "TAGPACK_NESTING",
    "TAGPACK_TAGS",
    "TAGPACK_TEXT_CHARACTERS",
    "TAXII_PAGES",
    "TAXII_POLLS",
    "TAXII_STATUS_WAIT_S",
    "TOKEN_ENDS_SOON_S",
    "TOKEN_LONGEST_S",
    "TOKEN_RENEWABLE_S",
    "TOKEN_RENEWALS_APART_S",
    "TOKEN_RENEWED_S",
    "TOKEN_S",
    "TOKEN_USE_NOTED_S",
    "TRACE_OUTPUTS",
    "VERSION_TEXT_CHARACTERS",
    "WARNINGS_BYTES",
    "WRITES_A_GROUP",
    "WRITES_WAITING",
    "ZIP_MEMBERS",
]

# -- evidence ---------------------------------------------------------------------------------
LINE_BYTES: Final = 4 << 20
"""A longer line is counted and skipped; Windows events reach 64 KiB, so 4 MiB is never a log."""

BLOCK_BYTES: Final = 64 << 20
"""Evidence is read in blocks of about this size, so that memory stays flat in the input's size."""

DECOMPRESSION_RATIO: Final = 200
"""A stream that unpacks to more than this many times its size is a bomb. Real logs reach 20 to 60 (zst, gz)."""

DECOMPRESSION_FLOOR_BYTES: Final = 64 << 20
"""Below this unpacked size the ratio is not looked at: a short file of one repeated line is no bomb."""

ZIP_MEMBERS: Final = 1_000_000
"""Members read of one archive, zip or tar; the CVE list has over 300,000."""

PACKING_DEPTH: Final = 3
"""Layers of packing that are undone: a log in gzip in zip in xz. Deeper is no log but a trap."""

PIPED_ARCHIVE_BYTES: Final = 64 << 20
"""A zip that comes by a pipe is held in memory, since its directory is at its end; a larger one belongs in a file."""

CODEC_MEMORY_BYTES: Final = 128 << 20
"""Window that one zstd or xz stream may ask for."""

MEMO_ENTRIES: Final = 4_096
"""Digests of files that are remembered."""

JSON_NESTING: Final = 64
"""Deeper JSON is refused before it is decoded."""

LIST_VALUES: Final = 1_000
"""Values, or combinations of them, that the lists of one row may hold; a name server's longest answers have 30."""

OBSERVED_DATA_BYTES: Final = 512 << 20
"""A STIX file is held in memory whole; larger evidence belongs in a log format."""

WARNINGS_BYTES: Final = 2 << 30
"""Largest file of warnings, unpacked; a million STIX indicators are 0.6 GB."""

SKIPPED_EXAMPLES: Final = 5
"""Places named of each reason for which rows were skipped; all are counted."""

# -- inventory --------------------------------------------------------------------------------
ADVISORIES_A_WRITE: Final = 2_000
"""Advisories that are kept in one transaction: memory stays flat, and a run that is cut off loses no more."""

CLAIMS_A_WRITE: Final = 100_000
"""Claims that are kept in one transaction; a single document of a vendor may hold 10,000."""

ADVISORY_VERSIONS: Final = 3
"""Earlier versions that are kept of one advisory: what changed is asked of the last ones, and feeds change daily."""

ADVISORY_SOUGHT_CHARACTERS: Final = 8_000
"""Characters of an advisory's names, and as many of its products', in which words are sought."""

GATE_RESULTS: Final = 1_000
"""Verdicts of the gate that a node keeps; the oldest goes for the next."""

GATE_RESULT_BYTES: Final = 32 << 20
"""Longest verdict that a node keeps, as JSON: a few hundred bytes for each component that a rule names."""

COMMENT_CHARACTERS: Final = 4_000
"""Longest comment on an advisory."""

ADVISORIES_STALE_S: Final = 7 * 24 * 3600
"""Advisories older than this are called stale: CISA's catalogue changes several times a week."""

ADVISORIES_OF_A_KIND: Final = 20
"""So many advisories about a kind of products, among files that a person names, are its feed; fewer are documents."""

RECORDS_OF_THE_CVE_LIST: Final = 10_000
"""So many CVE records, among files that a person names, are the list and no choice of it: it has more than 300,000."""

RELEASES_REMEMBERED: Final = 500_000
"""Releases whose spelling is held in memory while many bills are read, so that one in all is made once; some 130 MB."""

BILLS_AT_ONCE: Final = 250_000
"""Components of bills that are kept in one transaction: many small bills, or a large one. Each page of a large tree is
then written once for many rows."""

BOM_BYTES: Final = 512 << 20
"""Largest bill of materials, held in memory whole; one of 20,000 components has 6 to 60 MB."""

BOM_COMPONENTS: Final = 1_000_000
"""Entries read of one bill of materials; a Linux distribution with all its packages has under 100,000."""

ATTESTATION_BYTES: Final = 16 << 20
"""Largest file of attestations; provenance that lists some thousand materials has about 1 MB."""

ATTESTATION_NESTING: Final = 64
"""Deepest JSON of an attestation, a policy or a questionnaire."""

ATTESTATION_SIGNATURES: Final = 100
"""Signatures of one envelope that are tried; each costs an operation with every key that is trusted."""

ATTESTATIONS: Final = 1_000
"""Attestations read of one file; a release has one, or one a build job."""

ATTESTED_FUTURE_S: Final = 24 * 3600
"""How far in the future a day may lie that others wrote; two clocks and two time zones are not alike."""

GATE_FILE_BYTES: Final = 1 << 20
"""Largest policy or questionnaire; they are written by hand."""

# -- patterns ---------------------------------------------------------------------------------
PATTERN_BYTES: Final = 256 << 10
"""Longest pattern text; the longest seen in public feeds is under 30 KiB."""

PATTERN_NESTING: Final = 64
"""Deepest nesting of brackets and parentheses."""

PATTERN_OPERANDS: Final = 20_000
"""Most comparisons and literals of one pattern."""

PATTERN_SEQUENCE: Final = 100
"""Most FOLLOWEDBYs of one pattern; each is a level of its tree, walked by recursion, and a pass over the evidence."""

REFERENCE_DEPTH: Final = 8
"""Longest chain of ``_ref`` steps followed in one object path."""

REGEX_MEMORY_BYTES: Final = 8 << 20
"""Memory that one compiled regular expression may take (RE2's own budget)."""

SEQUENCE_STEPS: Final = 500_000
"""Work spent on deciding one pattern's time logic, besides some for each observation; beyond it: *cannot tell*."""

# -- versions ---------------------------------------------------------------------------------
MAX_VERSION_CHARS: Final = 1_024
"""Longest version; the longest of public advisories have 60 to 100 characters."""

MAX_RANGE_CHARS: Final = 256 << 10
"""Longest range of versions; one that lists each of a kernel's versions has some tens of thousands of characters."""

# -- findings ---------------------------------------------------------------------------------
FINDING_GAP_S: Final = 24 * 3600
"""Hits of one warning on one host that lie further apart than this are two findings."""

EXAMPLES_PER_FINDING: Final = 3
"""Rows named as examples of one finding; all are counted."""

ENGINE_MEMORY_BYTES: Final = 1_200 << 20
"""What the database engine may hold before it spills to its temporary folder."""

# -- the log ----------------------------------------------------------------------------------
LOG_LEAVES: Final = (1 << 53) - 1
"""Leaves of the largest log: every size and place in it is a whole number that JSON keeps exactly."""

NOTE_BYTES: Final = 1 << 20
"""Largest signed note or receipt; a hundred post-quantum signatures of 5 kB take two thirds of it."""

NOTE_SIGNATURES: Final = 100
"""Signatures of one note; the specification asks that 16 be accepted."""

OPENING_BYTES: Final = 64 << 10
"""Largest opening of a log entry; an entry names what was done, and holds ids and digests, never the objects."""

# -- other machines ---------------------------------------------------------------------------
HTTP_TIMEOUT_S: Final = 60
"""Whole time of one request with its redirects, from the first byte sent to the last received: a server that
sends a byte now and then keeps every limit on single reads."""

HTTP_CONNECT_S: Final = 10
"""Time for reaching one address of a server; half of what a person waits before calling it dead."""

HTTP_BODY_BYTES: Final = 64 << 20
"""Largest answer, packed or not; a page of 1,000 STIX objects has 1 to 10 MB."""

HTTP_ERROR_BODY_BYTES: Final = 64 << 10
"""How much of an error's text is read; what is said beyond it is not needed."""

FEED_BYTES: Final = 4 << 30
"""Largest file of a feed, as it is sent; the CVE list as a zip has under 1 GB. It is kept on disk meanwhile."""

FEED_TIMEOUT_S: Final = 3600
"""Whole time of fetching one file of a feed; 1 GB over 3 Mbit/s. No single wait in it is longer than HTTP_TIMEOUT_S."""

HTTP_PACKED_FLOOR_BYTES: Final = 1 << 20
"""Below this unpacked size an answer's ratio of packing is not looked at."""

HTTP_REDIRECTS: Final = 5
"""Redirects that are followed of one request; more are a loop."""

HTTP_ATTEMPTS: Final = 4
"""Times that a request is made which may be made again: waits of 1, 2 and 4 s outlast a restart."""

HTTP_WAIT_S: Final = 60
"""Longest wait that a server may ask for between two attempts; beyond it the person is told instead."""

TAXII_PAGES: Final = 100_000
"""Pages taken in one run; at 100 objects a page that is ten times the largest collection known."""

TAXII_POLLS: Final = 30
"""Times that the state of a submission is asked for before it is called pending."""

TAXII_STATUS_WAIT_S: Final = 2
"""Wait between two questions for the state of a submission."""

# -- the exchange -----------------------------------------------------------------------------
BODY_BYTES: Final = 10 << 20
"""Largest body of a request; refused before it is read where its length is said."""

HEADER_BYTES: Final = 32 << 10
"""Largest head of a request; half of it for the address. A browser's have 1 to 2 KiB."""

OBJECTS_A_POST: Final = 1_000
"""Objects of one POST, or of one page."""

PAGE_BYTES: Final = 8 << 20
"""A page of objects ends before it has more than this, though fewer objects than were asked for are in it."""

READS_AT_ONCE: Final = 8
"""Requests that read the store at the same time; the others wait their turn. A connection of the pool each."""

PLAN_LIMIT_S: Final = 5.0
"""Seconds that the proof of a plan may take which a page asks for; the command line takes what it is given."""

PLAN_PROCESS_S: Final = 120
"""Seconds after which the process that makes a plan for a page is ended, whatever it is at."""

PLAN_MEASURES: Final = 15
"""Most measures that a page chooses, and as far as its curve goes."""

PLAN_DRAWS: Final = 20
"""Other guesses that a page tries where it is asked to."""

PLANS_KEPT: Final = 16
"""Plans that a serving node keeps in its memory."""

OBJECT_BYTES: Final = 1 << 20
"""Largest STIX object that is taken in; the largest of ATT&CK has 60 KiB."""

PUBLISHED_ADVISORY_BYTES: Final = 768 << 10
"""Largest advisory that a hub publishes: in quotes it has to fit into an object. Of CISA's ICS advisories the largest
has about 500 KiB."""

OBJECT_REFERENCES: Final = 10_000
"""Other objects that one object may reach; a report of a whole campaign names some hundreds."""

GATE_CLAUSES: Final = 256
"""Conditions that decide who may see one object; with more, only those who may see all that it reaches."""

STORE_BUSY_S: Final = 10
"""How long a request waits for the database before it is told to come again."""

WRITES_A_GROUP: Final = 64
"""Acts that share one durable commit."""

WRITES_WAITING: Final = 256
"""Acts that may wait for the writer; one more is told to come again."""

NO_LONGER_LISTED_AT_ONCE: Final = 100
"""Objects that a source may leave out from one sync to the next however few are left; of more, half must be left."""

INVITATION_S: Final = 7 * 24 * 3600
"""How long an invitation holds."""

SIGNIN_S: Final = 15 * 60
"""How long a sign-in link holds."""

SESSION_S: Final = 12 * 3600
"""How long a person stays signed in: a working day."""

TOKEN_S: Final = 90 * 24 * 3600
"""How long a token holds if nothing else is said."""

TOKEN_LONGEST_S: Final = 2 * 365 * 24 * 3600
"""How long a token may hold: who has left must not have a key to the door for ever."""

TOKEN_RENEWED_S: Final = TOKEN_S // 3
"""A member renews its token once no more than this is left of it: a node that syncs once a month stays a member."""

TOKEN_RENEWABLE_S: Final = TOKEN_S // 2
"""A hub renews no token that holds longer than this; more than TOKEN_RENEWED_S, since no two clocks are alike."""

TOKEN_RENEWALS_APART_S: Final = 600
"""Wait between two successors of one token. Only a member that lost the first, which it keeps before it asks, asks for
a second."""

TOKEN_ENDS_SOON_S: Final = 14 * 24 * 3600
"""A hub's token that holds no longer than this is told at home: syncs have renewed it before, where they could."""

SYNC_LATE_S: Final = 2 * 24 * 3600
"""A hub or source that was not read to its end for longer than this is told at home."""

DECISION_SHOWN_S: Final = 14 * 24 * 3600
"""How long home tells what a hub decided on what was sent."""

GATE_FAILURE_SHOWN_S: Final = 30 * 24 * 3600
"""How long home tells that a product failed at the gate."""

NEEDS_SHOWN: Final = 5
"""Things of one kind that home names; of the others it says how many they are."""

TOKEN_USE_NOTED_S: Final = 3600
"""How exactly it is noted when a token was last used; each note is a write."""

SUBMISSIONS_AN_HOUR: Final = 600
"""Anonymous submissions of one organisation in an hour; one every six seconds is no person."""

SUBMISSIONS_FOLLOWED: Final = 100
"""Submissions of which one sync asks what became of them, those first that were asked for longest ago."""

SUBMISSION_FOLLOWED_S: Final = 365 * 24 * 3600
"""How long a member asks what became of what it sent; a hub that decided nothing in a year never will."""

OUTCOME_ASKED_S: Final = 24 * 3600
"""How often a member asks what came of what a hub released: members answer a warning over days."""

OUTCOME_FOLLOWED_S: Final = 90 * 24 * 3600
"""For how long after the decision it asks: who looks for a warning does so in the first weeks."""

DECISION_CHARACTERS: Final = 1_000
"""How much is kept of a hub's reason for a decision; its page takes no longer one."""

CACHED_WARNINGS_S: Final = 24 * 3600
"""How long a file of known warnings is kept after a newer one was written: a check may be reading it."""

STATUS_KEPT_S: Final = 30 * 24 * 3600
"""How long the status of a submission can be asked for; TAXII 2.1 wants a day at least."""

REQUESTS_A_MINUTE: Final = 1_200
"""Requests of one address in a minute that show nothing that lets them in."""

KNOWN_REQUESTS_A_MINUTE: Final = 120_000
"""Requests of one token or session in a minute: twice a thousand posts a second, which one is to be able to make."""

FAILED_SIGNINS_A_MINUTE: Final = 300
"""Requests of one address in a minute whose token or link is not known. Guessing 256 bits is hopeless at any rate."""

# -- sharing ----------------------------------------------------------------------------------
STATISTIC_RESPONDERS: Final = 5
"""Fewest organisations that a statistic, or the difference of two, is over: three of four could work out the fourth."""

BENCHMARK_RESPONDERS: Final = 10
"""Fewest organisations of a sector in a benchmark of measures: each says something of many, and answers combine."""

BENCHMARK_SIDE: Final = 3
"""Each band of a benchmark holds a count with so many organisations on the smaller side: two who tell each other what
they said are never sure of a third."""

BENCHMARK_CHANGED: Final = 5
"""Fewest organisations that say something else than in any earlier release of the same measure."""

# -- inventory --------------------------------------------------------------------------------
ADVISORY_BYTES: Final = 2 << 30
"""Largest file of advisories, unpacked; all of the CVE list in one file is about 1.5 GB."""

ADVISORY_NESTING: Final = 128
"""Deepest JSON of an advisory: CSAF 2.1 lets branches of products be 30 deep, and each is an object in an array."""

ADVISORY_FAULTS: Final = 1_000
"""Parts of one advisory that are named as unread; where more are, the last of them says how many."""

KNOWLEDGE_BYTES: Final = 256 << 20
"""Largest bundle of ATT&CK, unpacked; that of version 18.1 for enterprises has 33 MB."""

KNOWLEDGE_NESTING: Final = 64
"""Deepest JSON of such a bundle."""

MEASURES: Final = 1_000
"""Measures in one catalogue; the largest in use has about 100."""

MEASURES_FILE_BYTES: Final = 1 << 20
"""Largest catalogue of measures, and largest list of those in place."""

EVIDENCE_CHARACTERS: Final = 1_000
"""Longest evidence for a measure: it says where the evidence is kept, and is not the evidence itself."""

EVIDENCE_OLD_DAYS: Final = 365
"""Evidence that a measure is in place is called old after so many days: a guess; what stood may be gone in a year."""

SYNC_OLD_DAYS: Final = 7
"""A hub that was read longer ago counts as one that nobody reads: CISA warns several times a week."""

VERSION_TEXT_CHARACTERS: Final = 1_000
"""Longest prose about versions that is read; the longest of CISA's advisories has under 200."""

# -- incidents --------------------------------------------------------------------------------
RULE_FILE_BYTES: Final = 1 << 20
"""Largest file of reporting rules or of a calendar; they are written by hand."""

RULES_STALE_DAYS: Final = 183
"""Reporting rules that were looked up longer ago say so: several were changed or put off within half a year."""

# -- ransom -----------------------------------------------------------------------------------
ADDRESS_CHARACTERS: Final = 200
"""Longest address of a payment that is read, link included; the longest that is known here, of Monero, has 106."""

SANCTIONS_BYTES: Final = 1 << 30
"""Largest list of sanctioned parties, unpacked; OFAC's as Advanced XML has 121 MB in 2025."""

SANCTIONS_NESTING: Final = 64
"""Deepest list of sanctioned parties; OFAC's has 12 elements in one another."""

SANCTIONS_TEXT_CHARACTERS: Final = 1 << 20
"""Longest single text in a list of sanctioned parties: the remarks of one party reach a few thousand characters."""

SANCTIONS_STALE_DAYS: Final = 7
"""A list that is older on the day of the question is told loudly, and no clean answer rests on it: OFAC changes its
list about weekly, and a public copy of it lacked a third of the addresses."""

EXPOSURES_TRACED: Final = 50
"""Listed addresses whose money is followed one by one, where that of all together reaches the address in question."""

SCREENED_ADDRESSES: Final = 1_000
"""Most addresses of one screening."""

TAGPACK_BYTES: Final = 64 << 20
"""Largest pack of labels, unpacked; it is held in memory. The largest public one has 4 MB."""

TAGPACK_TAGS: Final = 500_000
"""Tags of one pack; the largest public one has 58,600."""

TAGPACK_NESTING: Final = 16
"""Deepest pack of labels; a list of concepts is 4 deep."""

TAGPACK_TEXT_CHARACTERS: Final = 64 << 10
"""Longest single text in a pack of labels."""

TAGPACK_FAULTS: Final = 5
"""Bad tags of one pack that are named; how many there are is said."""

LEDGER_BYTES: Final = 512 << 20
"""Largest file of transactions, unpacked; it is held in memory. A ``blk*.dat`` has 128 MiB."""

LEDGER_BLOCK_BYTES: Final = 4_000_000
"""Largest block: no chain has one of more weight (BIP 141), and a byte weighs one unit at least."""

LEDGER_NESTING: Final = 32
"""Deepest JSON of a transaction; those of Esplora and bitcoin-etl are 4 deep, and lie in an array."""

LEDGER_FAULTS: Final = 20
"""Parts of the files of one load that are named as unread; how many more there are is said."""

LEDGER_TRANSACTIONS: Final = 10_000_000
"""Transactions of one node: all of them are held in memory for a question, some 100 bytes an output. A block has some
3,000."""

TRACE_OUTPUTS: Final = 20_000
"""Most outputs of a trace that are told, those with most first; how many more there are is said. Poison soon reaches
all that is loaded."""

CLUSTER_ALARM_ADDRESSES: Final = 1_000
"""A cluster of more addresses is told with an alarm: it may be a service, or a CoinJoin that was not seen made one of
strangers."""

CLUSTER_ALARM_MERGED: Final = 100
"""Where one transaction joins two clusters that each have so many addresses it is told with an alarm: two wallets that
long were apart seldom become one."""

CASES_FILE_BYTES: Final = 1_000_000
"""Largest file of cases of ransom; some 100 bytes say one."""

LINK_CASES: Final = 1_000
"""Most cases that are held against each other at once; more would make more pairs than a person can read."""

LINK_SEEDS: Final = 20
"""Most payments, or where none is named addresses, of one case that are followed; that there are more is said."""

LINK_REACHED: Final = 10_000
"""Most outputs that the money of one payment, or address, is followed to when cases are held against each other; the
nearest to it count, and that there were more is said."""

LINK_MARKS: Final = 100
"""Most marks of a kind (addresses, transactions) of one case that a hub is told; the nearest to the payment are."""

LINK_MARKS_READ: Final = 1_000
"""Most marks of one case that a hub reads; a case that says more is not read."""

LINK_HOLDERS: Final = 100
"""Of so many cases with one mark a hub holds each against each other; the first that were sent are. An address that
more cases lead to is known to be bad without that, or is a service's."""

LINK_CASES_A_MEMBER: Final = 100
"""Most cases of one member that a hub holds against those of others, the last sent ones."""

LINKS_TOLD: Final = 1_000
"""Most links that a hub tells one member; the strongest are."""
STATEMENT_CHARACTERS: Final = 4_000
"""Longest text of a statement of attribution, or of a piece of its evidence."""
STATEMENT_EVIDENCE: Final = 200
"""Most pieces of evidence of one statement, and most names that one piece is said not to go with."""
STATEMENT_FILE_BYTES: Final = 1 << 20
"""Largest file of statements of attribution."""
STATEMENTS_AT_ONCE: Final = 100
"""Most statements of one file."""
DOSSIER_OUTPUTS: Final = 200
"""Most outputs of a trace that a printed dossier shows, the first of the ledger's order; its CSV has all."""
DOSSIER_TRANSACTIONS: Final = 1_000
"""Most transactions that a dossier gives as STIX, and most outputs as MISP: what a receiver can still look through."""
DOSSIER_ADDRESSES: Final = 1_000
"""Most addresses of a cluster that a dossier gives as STIX or MISP."""
TRACE_DRAWN: Final = 40
"""Outputs and folded chains that the picture of a trace shows, the largest; more do not fit into anybody's view. The
others are counted."""
TRACE_DRAWN_A_HOP: Final = 8
"""Of these at one hop: some pay hundreds at once, and eight are as high as a screen."""
LEDGER_PAGE_WAIT_S: Final = 0.5
"""How long a page waits for another that reads the ledger: one at a time does, as it may take some hundred MB."""
LINKS_PAGE: Final = 50
"""Links between cases that a page lists, the strongest; its JSON has all."""
CLUSTER_PAGE_ADDRESSES: Final = 200
"""Addresses of a cluster that a page lists; its JSON has all."""
ANSWERS_KEPT_FROM: Final = 20_000
"""Releases from which on a node keeps the answers about them; fewer are judged anew in a second or so."""
MARKS_TO_ALL: Final = 50_000
"""Names of advisories that changed from which on all answers are made anew: nearly all of them would be anyway."""
