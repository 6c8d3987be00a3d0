"""Cards whose fields change from release to release, while old and new processes run side by side.

| release | fields of a card |
|---|---|
| 1 | `headline`, `mood` |
| 2 | also `title`, a new name of `headline`, and the new `length` and `kind`; reads `headline` |
| 3 | the same; reads the new fields, and `mood` no more |
| 4 | `title`, `length` and `kind` only |

Each process reads the number of the release when it starts.
"""
