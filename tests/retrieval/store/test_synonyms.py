"""What else a question could have said, by groups of words that mean the same."""

from retrieval.store.terms.synonyms import Synonyms

LEAVE = ("PTO", "paid time off", "annual leave")


def test_each_of_a_group_stands_for_the_others() -> None:
    synonyms = Synonyms([LEAVE])

    assert synonyms.meant("How much PTO do I have?") == ("paid time off", "annual leave")
    assert synonyms.meant("how much annual leave do I have?") == ("PTO", "paid time off")


def test_other_forms_of_the_words_count() -> None:
    assert Synonyms([LEAVE]).meant("annual leaves") == ("PTO", "paid time off")


def test_what_the_question_says_itself_is_not_added() -> None:
    assert Synonyms([LEAVE]).meant("PTO (paid time off)") == ("annual leave",)


def test_words_out_of_order_or_apart_are_not_the_phrase() -> None:
    assert Synonyms([LEAVE]).meant("leave the annual meeting; the time I paid was off") == ()


def test_a_word_in_two_groups_stands_for_both() -> None:
    assert Synonyms([("car", "vehicle"), ("car", "coach")]).meant("a car") == ("vehicle", "coach")


def test_a_question_in_another_language_is_read_in_it() -> None:
    synonyms = Synonyms([("Urlaubsantrag", "Ferienantrag")])

    assert synonyms.meant("Wer hat die Urlaubsanträge und was ist mit den Tagen?") == ("Ferienantrag",)


def test_without_groups_nothing_is_meant() -> None:
    assert Synonyms().meant("a car") == ()
