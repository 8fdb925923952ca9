"""Laws of sparse features: which are on together. Every law keeps the density that it is given.

Amplitudes are uniform on [0, 1) and independent of each other; an amplitude law makes others of
them.
"""

FILES = ("independent", "groups", "trees", "copulas")
