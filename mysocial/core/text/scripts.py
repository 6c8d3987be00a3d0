"""Classes of letters for the patterns of links, mentions and hashtags."""

# Scripts that are written without blanks, or attach particles to names: a name or an address ends
# where they begin.
UNSPACED = (
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
    r"\p{Yi}\p{Tibetan}\p{Javanese}\p{Balinese}\p{Tai_Tham}\u30FC\u3099\u309A]"
)
# The letters, marks, digits and underscores of all other scripts.
SPACED = rf"[[\p{{L}}\p{{M}}\p{{N}}_]--{UNSPACED}]"
