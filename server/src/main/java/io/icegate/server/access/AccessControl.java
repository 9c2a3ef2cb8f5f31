package io.icegate.server.access;

import io.icegate.server.OperatorPages;
import io.icegate.server.access.AccessException.Reason;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * Decides who sends a request and for which tenant. A key comes as {@code Authorization: Bearer}, as the password of
 * {@code Authorization: Basic}, whose user does not matter, or as {@code X-API-Key}.
 */
public final class AccessControl
{
    public static final String AUTHORIZATION = "Authorization";
    public static final String API_KEY = "X-API-Key";
    /**
     * How a client can authenticate, as HTTP tells it.
     */
    public static final List<String> CHALLENGES = List.of("Bearer realm=\"icegate\"", "Basic realm=\"icegate\"");

    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e&&[^,]]+");
    private static final Pattern CREDENTIALS = Pattern.compile("([A-Za-z]+) +(\\S+)");

    private final TenantHeader tenants;
    private final Optional<Supplier<List<ApiKeys>>> keys;
    private final Pages pages;
    private final InstantSource clock;

    /**
     * Who sees the pages for operators.
     */
    public enum Pages
    {
        OPEN,
        WITH_KEY,
    }

    private AccessControl(TenantHeader tenants, Optional<Supplier<List<ApiKeys>>> keys, Pages pages, InstantSource clock)
    {
        this.pages = requireNonNull(pages, "pages is null");
        this.tenants = requireNonNull(tenants, "tenants is null");
        this.keys = requireNonNull(keys, "keys is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * Lets everybody in.
     */
    public static AccessControl open(TenantHeader tenants)
    {
        return new AccessControl(tenants, Optional.empty(), Pages.OPEN, InstantSource.system());
    }

    /**
     * Lets in who has one of the keys.
     *
     * @param keys that are valid at the moment of the call
     */
    public static AccessControl withKeys(TenantHeader tenants, Supplier<List<ApiKeys>> keys, Pages pages, InstantSource clock)
    {
        return new AccessControl(tenants, Optional.of(keys), pages, clock);
    }

    /**
     * Who sends this request.
     *
     * @throws AccessException when there is no valid key, or more than one
     */
    public Principal principal(RequestHeaders headers)
    {
        if (keys.isEmpty()) {
            return Principal.ANYBODY;
        }
        Set<String> found = new LinkedHashSet<>(headers.values(API_KEY));
        headers.values(AUTHORIZATION).forEach(value -> found.add(key(value)));
        if (found.isEmpty()) {
            throw new AccessException(Reason.UNAUTHENTICATED, "Cannot accept request: it has no key; send header %s or %s".formatted(AUTHORIZATION, API_KEY));
        }
        if (found.size() > 1) {
            throw new AccessException(Reason.INVALID, "Cannot accept request: it has %s keys, and they differ".formatted(found.size()));
        }
        return ApiKeys.find(keys.orElseThrow().get(), found.iterator().next(), clock.instant())
                .orElseThrow(() -> new AccessException(Reason.UNAUTHENTICATED, "Cannot accept request: the key is not valid"));
    }

    /**
     * @throws AccessException when the key is for reading only
     */
    public static void verifyMayChange(Principal principal)
    {
        if (!principal.mayChange()) {
            throw new AccessException(Reason.FORBIDDEN, "Cannot accept request: the key of '%s' is for reading only".formatted(principal.name()));
        }
    }

    /**
     * The tenant that a request of this principal stores rows for.
     *
     * @throws AccessException when there is none, it is invalid, or it is not one of the principal's, or the key is for reading only
     */
    public String tenant(Principal principal, RequestHeaders headers)
    {
        verifyMayChange(principal);
        return tenants.tenant(principal, headers);
    }

    /**
     * The tenant that a request of this principal asks about.
     *
     * @throws AccessException when there is none, it is invalid, or it is not one of the principal's
     */
    public String tenantToRead(Principal principal, RequestHeaders headers)
    {
        return tenants.tenant(principal, headers);
    }

    /**
     * What the sender of this request may see on the pages for operators.
     */
    public OperatorPages.Viewer viewer(RequestHeaders headers)
    {
        if (pages == Pages.OPEN) {
            return OperatorPages.Viewer.OPERATOR;
        }
        try {
            principal(headers);
            return OperatorPages.Viewer.OPERATOR;
        }
        catch (AccessException _) {
            return OperatorPages.Viewer.ANYBODY;
        }
    }

    private static String key(String authorization)
    {
        var credentials = CREDENTIALS.matcher(authorization.strip());
        if (credentials.matches() && TOKEN.matcher(credentials.group(2)).matches()) {
            switch (credentials.group(1).toLowerCase(Locale.ROOT)) {
                case "bearer" -> {
                    return credentials.group(2);
                }
                case "basic" -> {
                    return password(credentials.group(2));
                }
                default -> {}
            }
        }
        throw new AccessException(Reason.UNAUTHENTICATED, "Cannot accept request: header %s is neither 'Bearer' nor 'Basic' with a key".formatted(AUTHORIZATION));
    }

    private static String password(String base64)
    {
        try {
            String pair = new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon >= 0) {
                return pair.substring(colon + 1);
            }
        }
        catch (IllegalArgumentException _) {
            // is not base 64
        }
        throw new AccessException(Reason.UNAUTHENTICATED, "Cannot accept request: header %s is 'Basic' without user and password in base 64".formatted(AUTHORIZATION));
    }
}
