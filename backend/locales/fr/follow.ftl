# On a page of the portal that is no longer right.
follow-changed = Quelque chose a changé.
