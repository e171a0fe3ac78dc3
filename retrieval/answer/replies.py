"""What is said to questions that no document has to answer: greetings, thanks, about this program, and nonsense."""

import re

_GREETING = re.compile(
    r"(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|hallo|moin|servus|guten (?:morgen|tag|abend)|bonjour"
    r"|salut|hola|buenos días)(?: (?:there|all|everyone|footnote|you|zusammen))?",
)
_THANKS = re.compile(
    r"(?:(?:ok|okay|great|perfect|super)\W+)?(?:thanks|thank you|thx|cheers|danke|vielen dank|merci|gracias)"
    r"(?: (?:a lot|very much|so much|you|footnote|schön|sehr|beaucoup))*"
    r"|(?:bye|goodbye|see you|tschüss|au revoir|adiós)",
)
_ABOUT = re.compile(
    r"(?:who|what) are you|what is this(?: program| tool| page)?|what (?:can|do) you (?:do|know|answer)(?: for me)?"
    r"|what can i (?:ask|do)(?: you| here)?|how (?:do|does) (?:you|this|it) work|how (?:can|do) i use (?:you|this)"
    r"|help(?: me)?|are you (?:a|an) (?:human|person|bot|robot|machine|ai)|was kannst du|wer bist du",
)
_LETTER = re.compile(r"[^\W_]")
_RUNS = re.compile(r"(.)\1{3,}|[bcdfghjklmnpqrstvwxz]{6,}", re.IGNORECASE)
_FEWEST = 2

HELLO = "Hello. Ask a question, and the documents' own words will answer it, each with its footnote."
WELCOME = "You are welcome."
ABOUT = (
    "This is Footnote. It answers questions from the documents that it was given and that you may see: each sentence "
    "carries a footnote with the exact words and where they stand. Where the documents hold no answer, it says so."
)
UNCLEAR = "This could not be read as a question. Write a few words of what you would like to know."


def reply(question: str) -> str | None:
    """What to say without looking into a document; null for everything that may be a question to the documents.

    Only a whole message counts: "Hello, how many days of leave do I have?" is a question.
    """
    said = " ".join(re.sub(r"[^\w\s'’]", " ", question.lower()).split())
    if len(_LETTER.findall(said)) < _FEWEST or _is_mashed(said):
        return UNCLEAR
    for pattern, answer in ((_GREETING, HELLO), (_THANKS, WELCOME), (_ABOUT, ABOUT)):
        if pattern.fullmatch(said):
            return answer
    return None


def _is_mashed(said: str) -> bool:
    """Whether every word is letters as they lie on a keyboard: runs of one letter or of consonants, no digit."""
    return all(_RUNS.search(word) and not any(letter.isdigit() for letter in word) for word in said.split())
