"""What incidents teach, by trying every share in small steps. Slow, and right to four places."""

from __future__ import annotations

STEPS = 40_000


def naive_learned(guess, weight, failed, stood):
    """The mean of what is believed after, and between which values it lies with nine chances in ten."""
    shares = [(at + 0.5) / STEPS for at in range(STEPS)]
    weights = [
        p ** (weight * guess - 1) * (1 - p) ** (weight * (1 - guess) - 1) * p**failed * (1 - p) ** stood
        for p in shares
    ]
    whole = sum(weights)
    mean = sum(p * w for p, w in zip(shares, weights, strict=True)) / whole
    below, bounds = 0.0, []
    for p, w in zip(shares, weights, strict=True):
        bounds += [p for wanted in (0.05, 0.95)[len(bounds) :] if below + w >= wanted * whole]
        below += w
    return mean, *bounds
