// Command workers races presque's Go worker, or asynq's: workers presque|asynq URL. It does a round
// for each line of stdin, which says how many jobs and how many at a time.
package main

import (
	"bufio"
	"fmt"
	"log"
	"os"
	"time"
)

// A round pushes jobs, works on them, and returns how long the work took.
type round func(url string, jobs, concurrency int) (time.Duration, error)

func main() {
	do := map[string]round{"presque": presqueRound, "asynq": asynqRound}[os.Args[1]]
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var jobs, concurrency int
		if _, err := fmt.Sscan(lines.Text(), &jobs, &concurrency); err != nil {
			log.Fatal(err)
		}
		took, err := do(os.Args[2], jobs, concurrency)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("took", took.Seconds())
	}
}
