"""One function for each thing a person can ask; doors call these and hold no rule."""
