package io.icegate.standalone.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * Runs a main class as a child that cannot outlive its parent. The parent holds the other end of standard input. That end closes when the
 * parent asks for a stop or dies, and this process then stops as on SIGTERM.
 * A stop that takes longer than {@value #STOP_SECONDS_MAX} seconds is cut short.
 */
public final class Supervised
{
    static final int STOP_SECONDS_MAX = 40;

    private Supervised() {}

    static void main(String[] arguments)
            throws ReflectiveOperationException
    {
        if (arguments.length == 0) {
            throw new IllegalArgumentException("Cannot run a main class: none is given");
        }
        InputStream parent = System.in;
        Thread.ofPlatform().daemon().name("parent-watch").start(() -> stopWithParent(parent));
        // a program whose logging takes System.err over would hide its end among what it logs
        run(Class.forName(arguments[0]), Arrays.copyOfRange(arguments, 1, arguments.length), System.err);
    }

    private static void run(Class<?> mainClass, String[] arguments, PrintStream console)
            throws ReflectiveOperationException
    {
        try {
            mainMethod(mainClass, arguments);
        }
        catch (InvocationTargetException e) {
            // as the launcher of the JVM does it for a main method that throws, but without waiting for other threads
            StringWriter trace = new StringWriter();
            e.getTargetException().printStackTrace(new PrintWriter(trace));
            console.print(ChildProcess.MAIN_EXCEPTION + trace);
            console.flush();
            System.exit(1);
        }
    }

    private static void mainMethod(Class<?> mainClass, String[] arguments)
            throws ReflectiveOperationException
    {
        for (Method method : mainClass.getDeclaredMethods()) {
            if (method.getName().equals("main") && method.getParameterCount() <= 1) {
                method.setAccessible(true);
                if (method.getParameterCount() == 1) {
                    method.invoke(null, (Object) arguments);
                }
                else {
                    method.invoke(null);
                }
                return;
            }
        }
        throw new NoSuchMethodException("Cannot run %s: it has no main method".formatted(mainClass.getName()));
    }

    private static void stopWithParent(InputStream parent)
    {
        try {
            while (parent.read() >= 0) {
                // the parent says nothing: what counts is that it is there
            }
        }
        catch (IOException _) {
            // a broken pipe says the same as its end
        }
        Thread.ofPlatform().daemon().name("stop-limit").start(Supervised::haltWhenStopHangs);
        System.exit(0);
    }

    private static void haltWhenStopHangs()
    {
        try {
            boolean _ = new CountDownLatch(1).await(STOP_SECONDS_MAX, SECONDS);
        }
        catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(1);
    }
}
