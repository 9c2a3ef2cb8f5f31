package io.icegate.standalone.process;

import io.icegate.standalone.console.CommandException;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.Iterator;
import java.util.List;
import java.util.random.RandomGenerator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestPorts
{
    @Test
    void testFree()
    {
        assertThat(Ports.free(20))
                .hasSize(20)
                .doesNotHaveDuplicates()
                .allSatisfy(port -> assertThat(port).isBetween(Ports.FREE_MIN, Ports.FREE_MAX));
    }

    @Test
    void testTakenPortsAreLeftOut()
            throws IOException
    {
        List<Integer> ports = Ports.free(3);
        try (ServerSocket taken = new ServerSocket(ports.get(0))) {
            // one that was just chosen is taken, too
            Iterator<Integer> chosen = List.of(taken.getLocalPort(), ports.get(1), ports.get(1), ports.get(2)).iterator();
            assertThat(Ports.free(2, random(chosen))).containsExactly(ports.get(1), ports.get(2));
            assertThat(chosen.hasNext()).isFalse();
            assertThatThrownBy(() -> Ports.requireFree(taken.getLocalPort(), "a test", "--port"))
                    .isInstanceOf(CommandException.class)
                    .hasMessageStartingWith("Cannot listen on port %s for a test: ".formatted(taken.getLocalPort()))
                    .hasMessageEndingWith("; choose another one with --port");
        }
        Ports.requireFree(ports.get(0), "a test", "--port");
    }

    private static RandomGenerator random(Iterator<Integer> numbers)
    {
        return new RandomGenerator()
        {
            @Override
            public long nextLong()
            {
                throw new UnsupportedOperationException("only ports are chosen");
            }

            @Override
            public int nextInt(int origin, int bound)
            {
                return numbers.next();
            }
        };
    }
}
