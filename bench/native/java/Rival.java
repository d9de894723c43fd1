import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * A Java ArrayBlockingQueue of 1024 Integer, as a rival of the bench: Rival PRODUCERS CONSUMERS ITEMS. Each line
 * on standard input starts a round; the answer is the time in ns to the last item received.
 */
public final class Rival {
    private static final class Sums {
        long count;
        long sum;
        int squares;

        void add(int value) {
            count++;
            sum += value;
            squares += value * value;
        }

        synchronized void merge(Sums other) {
            count += other.count;
            sum += other.sum;
            squares += other.squares;
        }
    }

    private interface Loop {
        void run() throws InterruptedException;
    }

    public static void main(String[] args) throws Exception {
        int producers = Integer.parseInt(args[0]);
        int consumers = Integer.parseInt(args[1]);
        int items = Integer.parseInt(args[2]);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        while (lines.readLine() != null) System.out.println(round(producers, consumers, items));
    }

    private static long round(int producers, int consumers, int items) throws InterruptedException {
        ArrayBlockingQueue<Integer> queue = new ArrayBlockingQueue<>(1024);
        Sums put = new Sums();
        Sums got = new Sums();
        long[] ends = new long[consumers];
        List<Thread> threads = new ArrayList<>();
        long start = System.nanoTime();
        for (int index = 0; index < producers; index++) {
            int share = items / producers;
            int first = index * share;
            threads.add(started(() -> {
                Sums own = new Sums();
                for (int value = first; value < first + share; value++) {
                    own.add(value);
                    queue.put(value);
                }
                put.merge(own);
            }));
        }
        for (int index = 0; index < consumers; index++) {
            int at = index;
            threads.add(started(() -> {
                Sums own = new Sums();
                for (int left = items / consumers; left > 0; left--) own.add(queue.take());
                ends[at] = System.nanoTime() - start;
                got.merge(own);
            }));
        }
        for (Thread thread : threads) thread.join();
        if (put.count != items || got.count != items || put.sum != got.sum || put.squares != got.squares) {
            throw new IllegalStateException("items were lost or came twice");
        }
        long last = 0;
        for (long end : ends) last = Math.max(last, end);
        return last;
    }

    private static Thread started(Loop loop) {
        Thread thread = new Thread(() -> {
            try {
                loop.run();
            } catch (InterruptedException error) {
                throw new IllegalStateException(error);
            }
        });
        thread.start();
        return thread;
    }
}
