package io.icegate.wal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * Runs the uploads of one writer one by one, in any order, when told to; what a task itself submits runs at once. A
 * process that dies is a queue that is thrown away.
 */
public final class StepExecutor
        implements Executor
{
    private final List<Runnable> queue = new ArrayList<>();
    private boolean opening = true;
    private boolean running;

    @Override
    public void execute(Runnable task)
    {
        if (opening) {
            // the first task of a writer is its heartbeat, which is a step of its own here
            opening = false;
        }
        else if (running) {
            task.run();
        }
        else {
            queue.add(task);
        }
    }

    public boolean isIdle()
    {
        return queue.isEmpty();
    }

    public void runOne(RandomGenerator random)
    {
        Runnable task = queue.remove(random.nextInt(queue.size()));
        running = true;
        try {
            task.run();
        }
        finally {
            running = false;
        }
    }

    public void discard()
    {
        queue.clear();
    }
}
