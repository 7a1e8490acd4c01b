too-often-heading = Too many attempts in a short time
too-often-next = Nothing was counted and nothing was changed. You can go on in { $wait }.
