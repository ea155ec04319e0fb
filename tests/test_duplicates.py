from tagger.duplicates import group_duplicates

LONG = "how do i join two tables of different length in sql without losing the rows that have no partner in the other"


def test_near_duplicates_share_a_group_and_others_do_not():
    texts = [LONG, "why is my list empty after sorting it", LONG + " please", LONG.upper(), ""]
    groups = group_duplicates(texts, 0.8)
    assert groups[0] == groups[2]
    assert len(set(groups.tolist())) == 4


def test_groups_are_the_same_twice():
    texts = [f"{LONG} {number % 7}" for number in range(40)]
    assert group_duplicates(texts, 0.8).tolist() == group_duplicates(texts, 0.8).tolist()
    assert len(set(group_duplicates(texts, 0.8).tolist())) == 1


def test_less_alike_than_asked_for_is_another_question():
    half = " ".join(LONG.split()[:11]) + " but in a quite different way than anyone could have thought of before"
    assert len(set(group_duplicates([LONG, half], 0.8).tolist())) == 2
