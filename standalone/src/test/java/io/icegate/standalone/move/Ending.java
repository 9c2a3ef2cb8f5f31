package io.icegate.standalone.move;

import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.ViewCatalog;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.Set;

/**
 * Ends a move at one of the moments before and after its effects, as a process ends that is killed.
 */
final class Ending
{
    private static final Set<String> EFFECTS = Set.of("createNamespace", "setProperties", "registerTable", "registerView", "leaveFile", "dropTable", "dropView", "update");

    private final int moment;
    private int passed;

    /**
     * @param moment from 0 on, as they come
     */
    Ending(int moment)
    {
        this.moment = moment;
    }

    static final class EndedError
            extends Error
    {
        private static final long serialVersionUID = 1;
    }

    CatalogSide of(CatalogSide side)
    {
        return watched(CatalogSide.class, side);
    }

    private <T> T watched(Class<T> type, T watched)
    {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
            boolean isEffect = EFFECTS.contains(method.getName());
            if (isEffect) {
                pass();
            }
            Object answer;
            try {
                answer = method.invoke(watched, arguments);
            }
            catch (InvocationTargetException e) {
                throw e.getCause();
            }
            if (isEffect) {
                pass();
            }
            return method.getDeclaringClass() == CatalogSide.class ? watchedPart(method.getName(), answer) : answer;
        }));
    }

    private Object watchedPart(String name, Object part)
    {
        return switch (name) {
            case "tables" -> watched(Catalog.class, (Catalog) part);
            case "namespaces" -> watched(SupportsNamespaces.class, (SupportsNamespaces) part);
            case "views" -> ((Optional<?>) part).map(views -> watched(ViewCatalog.class, (ViewCatalog) views));
            default -> part;
        };
    }

    private void pass()
    {
        if (passed++ == moment) {
            throw new EndedError();
        }
    }
}
