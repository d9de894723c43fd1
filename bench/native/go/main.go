// A Go channel of 1024 int32, as a rival of the bench: main PRODUCERS CONSUMERS ITEMS. Each line on standard
// input starts a round; the answer is the time in ns to the last item received.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"
)

type sums struct {
	count   int
	sum     int64
	squares int32
}

func (s *sums) add(value int32) {
	s.count++
	s.sum += int64(value)
	s.squares += value * value
}

func (s *sums) merge(other sums) {
	s.count += other.count
	s.sum += other.sum
	s.squares += other.squares
}

func main() {
	var given [3]int
	for index := range given {
		value, err := strconv.Atoi(os.Args[index+1])
		if err != nil {
			panic(err)
		}
		given[index] = value
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fmt.Println(round(given[0], given[1], given[2]))
	}
}

func round(producers int, consumers int, items int) int64 {
	channel := make(chan int32, 1024)
	var group sync.WaitGroup
	var lock sync.Mutex
	var put, got sums
	group.Add(producers + consumers)
	start := time.Now()
	var last time.Duration
	for index := 0; index < producers; index++ {
		go func(first int) {
			var own sums
			for value := first; value < first+items/producers; value++ {
				own.add(int32(value))
				channel <- int32(value)
			}
			lock.Lock()
			put.merge(own)
			lock.Unlock()
			group.Done()
		}(index * (items / producers))
	}
	for index := 0; index < consumers; index++ {
		go func() {
			var own sums
			for left := items / consumers; left > 0; left-- {
				own.add(<-channel)
			}
			end := time.Since(start)
			lock.Lock()
			got.merge(own)
			if end > last {
				last = end
			}
			lock.Unlock()
			group.Done()
		}()
	}
	group.Wait()
	if put != got || got.count != items {
		panic("items were lost or came twice")
	}
	return last.Nanoseconds()
}
