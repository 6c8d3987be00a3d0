"""Posts that members have bookmarked, to find them again."""
