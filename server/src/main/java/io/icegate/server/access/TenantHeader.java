package io.icegate.server.access;

import io.icegate.server.access.AccessException.Reason;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * Which tenant a request is for: told by a header, never by the payload. An invalid value is an error, never the default tenant.
 *
 * @param name of the header
 * @param defaultTenant of requests without it
 */
public record TenantHeader(String name, Optional<String> defaultTenant)
{
    /**
     * Pattern of a valid tenant.
     */
    public static final String PATTERN = "[A-Za-z0-9_.@-]{1,128}";

    private static final Pattern VALID = Pattern.compile(PATTERN);

    public TenantHeader
    {
        requireNonNull(name, "name is null");
        requireNonNull(defaultTenant, "defaultTenant is null");
    }

    static boolean isValid(String tenant)
    {
        return VALID.matcher(tenant).matches();
    }

    /**
     * The tenant of a request.
     *
     * @throws AccessException when there is none, it is invalid, or it is not one of the principal's
     */
    String tenant(Principal principal, RequestHeaders headers)
    {
        List<String> values = headers.values(name).stream().distinct().toList();
        return switch (values.size()) {
            case 0 -> absent(principal);
            case 1 -> named(principal, values.getFirst());
            default -> throw new AccessException(Reason.INVALID, "Cannot accept request: there are %s headers %s, and they differ".formatted(values.size(), name));
        };
    }

    private String absent(Principal principal)
    {
        return principal.onlyTenant()
                .or(() -> defaultTenant.filter(principal::isFor))
                .orElseThrow(() -> new AccessException(
                        Reason.INVALID,
                        defaultTenant.isPresent()
                                ? "Cannot accept request: header %s is missing, and the default tenant is not one of '%s'; send it".formatted(name, principal.name())
                                : "Cannot accept request: header %s is missing and there is no default; send it, or set icegate.tenant.default".formatted(name)));
    }

    private String named(Principal principal, String tenant)
    {
        if (!isValid(tenant)) {
            // does not repeat the value: it may be a key that was put into the wrong header
            throw new AccessException(Reason.INVALID, "Cannot accept request: header %s holds no valid tenant; it must match %s".formatted(name, PATTERN));
        }
        if (!principal.isFor(tenant)) {
            throw new AccessException(Reason.FORBIDDEN, "Cannot accept request: the key of '%s' is not for the tenant in header %s".formatted(principal.name(), name));
        }
        return tenant;
    }
}
