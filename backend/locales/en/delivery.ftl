# Delivery: what the requester reads when a message does not arrive, and what agents and analysts may try out.

code-redirected = The contact that we tried first could not be reached, so we sent the code to another one.
code-help-elsewhere = If it cannot be reached at all, the code goes to another contact on file: show this page again to see which.
