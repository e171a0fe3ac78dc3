"""The language pipeline that unstructured asks spaCy for: an installed model, else a small one of our own.

unstructured would download a model at its first call. It uses the pipeline for two questions only: where sentences
end, and whether a text holds a verb.
"""

import spacy
import spacy.util
import unstructured.nlp.tokenize
from spacy.language import Language
from spacy.tokens import Doc

_MODEL = "en_core_web_sm"
_COMPONENT = "footnote_verbs"
_VERBS = {
    "am", "are", "be", "been", "being", "can", "could", "did", "do", "does", "done", "get", "gets", "give", "given",
    "gives", "go", "goes", "had", "has", "have", "is", "keep", "keeps", "made", "make", "makes", "may", "might",
    "must", "need", "needs", "said", "say", "says", "see", "should", "show", "shows", "take", "takes", "used", "uses",
    "was", "were", "will", "would",
}  # fmt: skip


def use_local_pipeline() -> None:
    """Make unstructured load nothing from the network. May be called again."""
    unstructured.nlp.tokenize._load_spacy_model = load_pipeline


def load_pipeline() -> Language:
    """The installed English model, else a blank one with sentence ends and a guess at verbs."""
    if spacy.util.is_package(_MODEL):
        return spacy.load(_MODEL, exclude=["ner", "lemmatizer", "attribute_ruler"])
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    pipeline.add_pipe(_COMPONENT)
    return pipeline


@Language.component(_COMPONENT)  # type: ignore[untyped-decorator]  # spaCy is not read by mypy
def _tag_verbs(doc: Doc) -> Doc:
    """Common verbs and the endings -ed and -ing; anything else is tagged as a noun."""
    for token in doc:
        word = token.lower_
        if word in _VERBS:
            token.tag_ = "VB"
        elif len(word) > 4 and word.endswith(("ed", "ing")):
            token.tag_ = "VBD" if word.endswith("ed") else "VBG"
        else:
            token.tag_ = "NN"
    return doc
