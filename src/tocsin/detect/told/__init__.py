"""What a warning or a finding says, in words for people; the same in the terminal, on paper and on a page."""
