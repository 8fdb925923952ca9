"""Joint distributions of sparse features: which are on together. Every law keeps the given density.

Amplitudes are uniform on [0, 1) and independent of each other; an amplitude law transforms them.
"""

FILES = ("independent", "groups", "trees", "copulas")
