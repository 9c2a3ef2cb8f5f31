package io.icegate.rest.protocol;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A part of a listing. The token is the last name of the part before, so what is created or dropped meanwhile moves nothing else, and
 * any server can go on.
 *
 * @param nextToken null after the last part
 */
record Page<T>(List<T> items, @Nullable String nextToken)
{
    /**
     * Most items of a part, and their number when the client names none.
     */
    static final int SIZE_MAX = 10_000;

    Page
    {
        items = List.copyOf(items);
    }

    /**
     * All items for clients that do not ask for parts, which they do by {@code pageToken}, at first an empty one, or {@code pageSize}.
     *
     * @param name by which an item differs from the others
     */
    static <T> Page<T> of(Call call, List<T> all, Function<T, String> name)
    {
        Optional<String> token = call.parameter("pageToken");
        Optional<Integer> size = call.parameter("pageSize").map(Page::size);
        List<T> sorted = all.stream().sorted(Comparator.comparing(name)).toList();
        if (token.isEmpty() && size.isEmpty()) {
            return new Page<>(sorted, null);
        }
        Optional<String> after = token.filter(text -> !text.isEmpty()).map(Page::decode);
        List<T> rest = after.isEmpty() ? sorted : sorted.stream().filter(item -> name.apply(item).compareTo(after.orElseThrow()) > 0).toList();
        int count = Math.min(size.orElse(SIZE_MAX), SIZE_MAX);
        if (rest.size() <= count) {
            return new Page<>(rest, null);
        }
        return new Page<>(rest.subList(0, count), encode(name.apply(rest.get(count - 1))));
    }

    private static int size(String text)
    {
        try {
            int size = Integer.parseInt(text);
            if (size >= 1) {
                return size;
            }
        }
        catch (NumberFormatException _) {
            // is said below
        }
        throw new IllegalArgumentException("Cannot list: pageSize '%s' is no number above 0".formatted(text));
    }

    private static String encode(String name)
    {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(name.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * What is no token of ours is refused: a list that begins behind its end would seem to be complete.
     */
    private static String decode(String token)
    {
        return name(token)
                .filter(name -> encode(name).equals(token))
                .orElseThrow(() -> new IllegalArgumentException("Cannot list: pageToken is none of this catalog"));
    }

    private static Optional<String> name(String token)
    {
        try {
            return Optional.of(new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8));
        }
        catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
