package io.icegate.standalone.process;

import io.icegate.standalone.CommandException;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * Ports of this machine.
 */
public final class Ports
{
    private Ports() {}

    /**
     * Different ports that nobody listens on now.
     */
    public static List<Integer> free(int count)
    {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int index = 0; index < count; index++) {
                sockets.add(new ServerSocket(0));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        }
        catch (IOException e) {
            throw new CommandException("Cannot find a free port: " + e.getMessage(), e);
        }
        finally {
            sockets.forEach(Ports::close);
        }
    }

    /**
     * Checks that somebody could listen on the port.
     *
     * @param option the option that changes the port, for the message
     */
    public static void requireFree(int port, String purpose, String option)
    {
        try (ServerSocket socket = new ServerSocket()) {
            // as servers do it: a port whose last connections are still closing is free
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
        }
        catch (IOException e) {
            throw new CommandException("Cannot listen on port %s for %s: %s; choose another one with %s".formatted(port, purpose, e.getMessage(), option), e);
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
