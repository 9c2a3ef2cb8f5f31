package io.icegate.receiver;

import com.google.inject.CreationException;
import com.google.inject.ProvisionException;
import com.google.inject.spi.Message;
import io.airlift.bootstrap.ApplicationConfigurationException;
import io.airlift.bootstrap.LifeCycleStartException;

import java.net.BindException;
import java.util.Collection;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
            default -> new ReceiverStartException("Cannot start receiver: " + reason(failure), failure, false);
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

    /**
     * What the exceptions say, from the outside in, without those of the machinery and without repetitions.
     */
    private static String reason(Throwable failure)
    {
        Throwable thrown = withoutMachinery(failure);
        // Airlift's HTTP server names neither itself nor the port
        boolean fromHttpServer = thrown != failure && rootCause(thrown) instanceof BindException;
        StringBuilder reason = new StringBuilder(fromHttpServer ? "Cannot listen for OTLP/HTTP on the port of icegate.otlp.http-port" : "");
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            if (reason.indexOf(message) < 0 && !(fromHttpServer && cause.getCause() != null)) {
                reason.append(reason.isEmpty() ? "" : ": ").append(message);
            }
        }
        return reason.toString();
    }

    private static Throwable withoutMachinery(Throwable failure)
    {
        Stream<Throwable> causes = switch (failure) {
            case CreationException errors -> errors.getErrorMessages().stream().map(Message::getCause);
            case ProvisionException errors -> errors.getErrorMessages().stream().map(Message::getCause);
            case LifeCycleStartException start -> Stream.ofNullable(start.getCause());
            default -> Stream.empty();
        };
        return causes.filter(Objects::nonNull).findFirst().map(ReceiverStartException::withoutMachinery).orElse(failure);
    }

    private static Throwable rootCause(Throwable failure)
    {
        Throwable root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            root = cause;
        }
        return root;
    }
}
