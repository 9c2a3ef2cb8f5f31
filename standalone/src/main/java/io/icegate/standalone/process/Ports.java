package io.icegate.standalone.process;

import io.icegate.standalone.console.CommandException;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Finds and checks ports of this machine.
 */
public final class Ports
{
    /**
     * First of the ports up to {@link #FREE_MAX}, which no system assigns on its own. Linux begins at 32768, others at 49152.
     */
    static final int FREE_MIN = 10_240;
    static final int FREE_MAX = 32_767;
    private static final int ATTEMPTS_MAX = 1_000;

    private Ports() {}

    /**
     * Chooses different ports without a listener. Their servers start later, so the ports lie outside the range from which the system
     * assigns ports to connections and to servers that take any port.
     */
    public static List<Integer> free(int count)
    {
        return free(count, RandomGenerator.getDefault());
    }

    static List<Integer> free(int count, RandomGenerator random)
    {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int attempt = 0; sockets.size() < count; attempt++) {
                try {
                    sockets.add(listen(random.nextInt(FREE_MIN, FREE_MAX + 1)));
                }
                catch (IOException e) {
                    if (attempt == ATTEMPTS_MAX) {
                        throw new CommandException("Cannot find a free port: " + e.getMessage(), e);
                    }
                }
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        }
        finally {
            sockets.forEach(Ports::close);
        }
    }

    /**
     * Checks that a server could listen on the port.
     *
     * @param option the option that changes the port, for the message
     */
    public static void requireFree(int port, String purpose, String option)
    {
        try {
            close(listen(port));
        }
        catch (IOException e) {
            throw new CommandException("Cannot listen on port %s for %s: %s; choose another one with %s".formatted(port, purpose, e.getMessage(), option), e);
        }
    }

    private static ServerSocket listen(int port)
            throws IOException
    {
        ServerSocket socket = new ServerSocket();
        try {
            // as servers do it: a port whose last connections are still closing is free
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
            return socket;
        }
        catch (IOException e) {
            close(socket);
            throw e;
        }
    }

    private static void close(ServerSocket socket)
    {
        try {
            socket.close();
        }
        catch (IOException _) {
            // it was only there to reserve a number
        }
    }
}
