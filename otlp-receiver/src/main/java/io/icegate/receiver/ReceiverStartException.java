package io.icegate.receiver;

import com.google.inject.CreationException;
import com.google.inject.ProvisionException;
import com.google.inject.spi.Message;
import io.airlift.bootstrap.ApplicationConfigurationException;

import java.util.Collection;
import java.util.stream.Collectors;

/**
 * A receiver cannot start. The message is for people and says what to change.
 */
public final class ReceiverStartException
        extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    private final boolean configuration;

    private ReceiverStartException(String message, Throwable cause, boolean configuration)
    {
        super(message, cause);
        this.configuration = configuration;
    }

    static ReceiverStartException from(Exception failure)
    {
        return switch (failure) {
            case ReceiverStartException start -> start;
            case ApplicationConfigurationException errors -> new ReceiverStartException("Cannot start receiver: " + text(errors.getErrors()), failure, true);
            case CreationException errors -> new ReceiverStartException("Cannot start receiver: " + rootMessage(errors), failure, false);
            case ProvisionException errors -> new ReceiverStartException("Cannot start receiver: " + rootMessage(errors), failure, false);
            default -> new ReceiverStartException("Cannot start receiver: " + rootMessage(failure), failure, false);
        };
    }

    /**
     * True when the configuration is wrong, rather than the world around.
     */
    public boolean isConfiguration()
    {
        return configuration;
    }

    private static String text(Collection<Message> errors)
    {
        return errors.stream().map(Message::getMessage).collect(Collectors.joining("; "));
    }

    private static String rootMessage(Throwable failure)
    {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
