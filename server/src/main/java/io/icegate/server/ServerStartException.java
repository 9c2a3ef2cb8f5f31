package io.icegate.server;

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
 * A server cannot start. The message is for people and says what to change.
 */
public final class ServerStartException
        extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    private final boolean configuration;

    private ServerStartException(String message, Throwable cause, boolean configuration)
    {
        super(message, cause);
        this.configuration = configuration;
    }

    /**
     * @param server for example {@code receiver}
     * @param httpListener what its HTTP server listens for and the setting of its port, which Airlift does not name
     */
    public static ServerStartException from(String server, String httpListener, Exception failure)
    {
        return switch (failure) {
            case ServerStartException start -> start;
            case ApplicationConfigurationException errors -> new ServerStartException("Cannot start %s: %s".formatted(server, text(errors.getErrors())), failure, true);
            default -> new ServerStartException("Cannot start %s: %s".formatted(server, reason(httpListener, failure)), failure, false);
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
    private static String reason(String httpListener, Throwable failure)
    {
        Throwable thrown = withoutMachinery(failure);
        boolean fromHttpServer = thrown != failure && rootCause(thrown) instanceof BindException;
        StringBuilder reason = new StringBuilder(fromHttpServer ? "Cannot listen for " + httpListener : "");
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
        return causes.filter(Objects::nonNull).findFirst().map(ServerStartException::withoutMachinery).orElse(failure);
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
