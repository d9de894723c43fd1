"""A Python queue.Queue of 1024 int, as a rival of the bench: rival.py PRODUCERS CONSUMERS ITEMS. Each line on
standard input starts a round; the answer is the time in ns to the last item received."""

import queue
import sys
import threading
import time


class Sums:
    def __init__(self):
        self.count = 0
        self.sum = 0
        self.squares = 0

    def add(self, value):
        self.count += 1
        self.sum += value
        self.squares = (self.squares + value * value) & 0xFFFFFFFF


def total(all_sums):
    squares = sum(each.squares for each in all_sums) & 0xFFFFFFFF
    return sum(each.count for each in all_sums), sum(each.sum for each in all_sums), squares


def run_round(producers, consumers, items):
    channel = queue.Queue(1024)
    put = [Sums() for _ in range(producers)]
    got = [Sums() for _ in range(consumers)]
    ends = [0] * consumers

    def produce(index):
        own = put[index]
        share = items // producers
        for value in range(index * share, (index + 1) * share):
            own.add(value)
            channel.put(value)

    def consume(index):
        own = got[index]
        for _ in range(items // consumers):
            own.add(channel.get())
        ends[index] = time.perf_counter_ns()

    threads = [threading.Thread(target=produce, args=(index,)) for index in range(producers)]
    threads += [threading.Thread(target=consume, args=(index,)) for index in range(consumers)]
    start = time.perf_counter_ns()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if total(put) != total(got) or total(got)[0] != items:
        raise RuntimeError("items were lost or came twice")
    return max(ends) - start


for _ in sys.stdin:
    print(run_round(*map(int, sys.argv[1:])), flush=True)
