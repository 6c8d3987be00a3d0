"""Usernames and texts of the demo crowd."""

ADJECTIVES = (
    "amber", "blue", "brave", "bright", "calm", "clever", "copper", "early", "gentle", "golden",
    "green", "happy", "honest", "jolly", "kind", "late", "little", "lucky", "merry", "mild",
    "noble", "polite", "proud", "quick", "quiet", "red", "silver", "sunny", "swift", "tall",
    "warm", "wild",
)  # fmt: skip
ANIMALS = (
    "badger", "beaver", "bee", "bison", "crane", "crow", "deer", "dolphin", "eagle", "falcon",
    "finch", "fox", "frog", "goose", "hare", "hawk", "heron", "horse", "koala", "lark", "lynx",
    "mole", "moose", "otter", "owl", "panda", "raven", "robin", "seal", "stork", "swan", "wren",
)  # fmt: skip
STARTS = (
    "This morning", "On the way home", "After the rain", "Before breakfast", "Last night",
    "At the market", "In the old library", "Down by the river", "On the roof", "Under the bridge",
    "In the middle of the meeting", "On the slow train", "At the bakery", "Behind the station",
    "During lunch", "While waiting for the bus",
)  # fmt: skip
MIDDLES = (
    "I met somebody I had not seen for years,", "I found a book that I had lost,",
    "a stranger gave me a pear,", "the whole street was suddenly silent,",
    "I tried to whistle again,", "somebody was playing the cello,", "two dogs became friends,",
    "I counted eleven kinds of clouds,", "the coffee was better than usual,",
    "a child explained the moon to me,", "I learned to tie a bowline,",
    "the lights went out for a minute,", "I finally finished the puzzle,",
    "the post brought a letter for nobody,", "I planted beans in a boot,",
    "everybody was looking at the same window,",
)  # fmt: skip
ENDS = (
    "and that was that.", "which made my day.", "and nobody could say why.",
    "so I stayed a little longer.", "and I am still smiling.", "but it was over too soon.",
    "and now I want to do it again.", "which I had not expected at all.",
    "and the day went on as usual.", "so I wrote it down at once.", "and it began to snow.",
    "which is how the best stories begin.", "and then we all laughed.", "so here is a thank you.",
    "and I walked the rest of the way.", "which is more than I can say of Monday.",
)  # fmt: skip
