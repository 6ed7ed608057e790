import sys


def serve_rounds(do_round):
    """Does a round for each line of stdin, and prints the seconds that do_round(jobs, concurrency)
    returns."""
    for line in iter(sys.stdin.readline, ""):
        jobs, concurrency = map(int, line.split())
        print("took", do_round(jobs, concurrency), flush=True)
