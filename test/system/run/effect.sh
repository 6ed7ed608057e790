#!/bin/bash
# One job: {"n":12,"fails":1}. Notes that it began, fails in its first deliveries, and notes that it
# is done. Each note is one write.
read -r payload
note () { echo "$1 $PRESQUE_JOB $PRESQUE_ATTEMPT $EPOCHREALTIME $$" >> "$EFFECTS"; }
note began
fails=${payload##*:}
if [ "$PRESQUE_ATTEMPT" -le "${fails%\}}" ]; then
  note failed
  echo "not yet" >&2
  exit 1
fi
# Some take a while, so that there is something to be killed in.
[ $((PRESQUE_JOB % 10)) != 0 ] || sleep 0.05
note done
echo "{\"n\":$PRESQUE_JOB}"
