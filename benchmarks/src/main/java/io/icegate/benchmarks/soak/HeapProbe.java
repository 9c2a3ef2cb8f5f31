package io.icegate.benchmarks.soak;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;

import javax.management.JMX;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

import java.io.Closeable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Asks another JVM of this machine how much of its heap is in use.
 */
final class HeapProbe
        implements Closeable
{
    /**
     * Kept, so that it stays as quiet as it was made: that a killed process answers no more is no news.
     */
    private static final Logger CONNECTOR_LOG = Logger.getLogger("javax.management.remote");

    private final JMXConnector connector;
    private final MemoryMXBean memory;

    private HeapProbe(JMXConnector connector, MemoryMXBean memory)
    {
        this.connector = connector;
        this.memory = memory;
    }

    static {
        CONNECTOR_LOG.setLevel(Level.OFF);
    }

    @SuppressWarnings("BanJNDI") // the other side is a program that this one started
    static HeapProbe of(ProcessHandle process)
            throws IOException
    {
        VirtualMachine machine;
        try {
            machine = VirtualMachine.attach(Long.toString(process.pid()));
        }
        catch (AttachNotSupportedException e) {
            throw new IOException("Cannot ask process %s for its heap: %s".formatted(process.pid(), e.getMessage()), e);
        }
        try {
            JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
            ObjectName name = new ObjectName(ManagementFactory.MEMORY_MXBEAN_NAME);
            return new HeapProbe(connector, JMX.newMXBeanProxy(connector.getMBeanServerConnection(), name, MemoryMXBean.class));
        }
        catch (MalformedObjectNameException e) {
            throw new IllegalStateException("the name of a standard bean is malformed", e);
        }
        finally {
            machine.detach();
        }
    }

    /**
     * Bytes, garbage included.
     */
    long usedBytes()
    {
        return memory.getHeapMemoryUsage().getUsed();
    }

    @Override
    public void close()
    {
        try {
            connector.close();
        }
        catch (IOException _) {
            // the other side has ended, and the connection with it
        }
    }
}
