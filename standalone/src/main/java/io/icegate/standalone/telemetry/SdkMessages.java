package io.icegate.standalone.telemetry;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Keeps what the SDK logs off the console, and remembers its last complaint.
 */
final class SdkMessages
        extends Handler
{
    /**
     * A reference to the logger. Without one the JDK would collect it together with its settings.
     */
    private static final Logger SDK = Logger.getLogger("io.opentelemetry");
    private static final SdkMessages MESSAGES = new SdkMessages();

    private volatile String last = "nothing";

    private SdkMessages() {}

    /**
     * Starts to listen. Further calls do nothing.
     */
    static SdkMessages listen()
    {
        SDK.setUseParentHandlers(false);
        SDK.removeHandler(MESSAGES);
        SDK.addHandler(MESSAGES);
        return MESSAGES;
    }

    String last()
    {
        return last;
    }

    @Override
    public void publish(LogRecord message)
    {
        if (message.getLevel().intValue() >= Level.WARNING.intValue()) {
            last = message.getMessage();
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
