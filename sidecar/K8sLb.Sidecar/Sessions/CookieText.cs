namespace K8sLb.Sidecar.Sessions;

/// <summary>Finds cookies of one name in the Cookie header (RFC 6265 section 5.4), and takes them out of it.</summary>
public static class CookieText
{
    /// <summary>The value of the next cookie with that name, quotes taken off, from <paramref name="from"/> on.</summary>
    /// <returns>False where there is none.</returns>
    public static bool TryFind(
        ReadOnlySpan<char> header,
        ReadOnlySpan<char> name,
        ref int from,
        out ReadOnlySpan<char> value
    )
    {
        while (from < header.Length)
        {
            var rest = header[from..];
            var end = rest.IndexOf(';');
            var pair = end < 0 ? rest : rest[..end];
            from += end < 0 ? rest.Length : end + 1;
            if (IsNamed(pair, name, out value))
            {
                return true;
            }
        }
        value = default;
        return false;
    }

    /// <returns>The header without the cookies of that name: as it was where there are none, null where nothing is left.</returns>
    public static string? Without(string header, ReadOnlySpan<char> name)
    {
        var from = 0;
        if (!TryFind(header, name, ref from, out _))
        {
            return header;
        }
        List<string> left = [];
        foreach (var range in header.AsSpan().Split(';'))
        {
            var pair = header.AsSpan()[range];
            if (!IsNamed(pair, name, out _) && !pair.IsWhiteSpace())
            {
                left.Add(pair.Trim().ToString());
            }
        }
        return left.Count == 0 ? null : string.Join("; ", left);
    }

    private static bool IsNamed(ReadOnlySpan<char> pair, ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
    {
        var equals = pair.IndexOf('=');
        // Names of cookies differ by case.
        if (equals < 0 || !pair[..equals].Trim().SequenceEqual(name))
        {
            value = default;
            return false;
        }
        value = pair[(equals + 1)..].Trim();
        if (value is ['"', .. var quoted, '"'])
        {
            value = quoted;
        }
        return true;
    }
}
