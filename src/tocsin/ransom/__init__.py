"""May we pay? Where did the money go? Pure: values in, values out."""
