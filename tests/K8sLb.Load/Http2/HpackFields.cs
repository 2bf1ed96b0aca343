using System.Text;

namespace K8sLb.Load;

internal readonly record struct HpackField(string Name, string Value);

/// <summary>
/// Reads a header block (RFC 7541 section 6) of a server that has no dynamic table, since the client allows none
/// (SETTINGS_HEADER_TABLE_SIZE 0): no field depends on an earlier one.
/// </summary>
internal static class HpackFields
{
    /// <summary>RFC 7541 appendix A, from index 1 on.</summary>
    private static readonly HpackField[] StaticTable =
    [
        .. (
            ":authority|:method=GET|:method=POST|:path=/|:path=/index.html|:scheme=http|:scheme=https|:status=200|:status=204|"
            + ":status=206|:status=304|:status=400|:status=404|:status=500|accept-charset|accept-encoding=gzip, deflate|"
            + "accept-language|accept-ranges|accept|access-control-allow-origin|age|allow|authorization|cache-control|"
            + "content-disposition|content-encoding|content-language|content-length|content-location|content-range|"
            + "content-type|cookie|date|etag|expect|expires|from|host|if-match|if-modified-since|if-none-match|if-range|"
            + "if-unmodified-since|last-modified|link|location|max-forwards|proxy-authenticate|proxy-authorization|range|"
            + "referer|refresh|retry-after|server|set-cookie|strict-transport-security|transfer-encoding|user-agent|vary|"
            + "via|www-authenticate"
        )
            .Split('|')
            .Select(entry => entry.Split('='))
            .Select(entry => new HpackField(entry[0], entry.Length > 1 ? entry[1] : "")),
    ];

    /// <exception cref="RequestFailedException">The block breaks the rules, or asks for a dynamic table.</exception>
    public static IReadOnlyList<HpackField> Read(ReadOnlySpan<byte> block)
    {
        try
        {
            return ReadAll(block);
        }
        catch (Exception e) when (e is FormatException or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            throw new RequestFailedException(
                FailureKind.Protocol,
                $"a header block {Convert.ToHexString(block)}: {e.Message}",
                e
            );
        }
    }

    private static List<HpackField> ReadAll(ReadOnlySpan<byte> block)
    {
        var fields = new List<HpackField>();
        while (block.Length > 0)
        {
            var first = block[0];
            if ((first & 0x80) != 0)
            {
                fields.Add(StaticTable[Number(ref block, 7) - 1]);
            }
            else if ((first & 0xe0) == 0x20)
            {
                // An update of the table's size comes first, and can only be to what the client allows.
                if (Number(ref block, 5) != 0 || fields.Count > 0)
                {
                    throw new FormatException("a dynamic table");
                }
            }
            else
            {
                var name = Number(ref block, (first & 0x40) != 0 ? 6 : 4);
                fields.Add(new(name == 0 ? Text(ref block) : StaticTable[name - 1].Name, Text(ref block)));
            }
        }
        return fields;
    }

    /// <summary>RFC 7541 section 5.1.</summary>
    private static int Number(ref ReadOnlySpan<byte> block, int prefixBits)
    {
        var most = (1 << prefixBits) - 1;
        var number = block[0] & most;
        block = block[1..];
        if (number < most)
        {
            return number;
        }
        for (var shift = 0; ; shift += 7)
        {
            var next = block[0];
            block = block[1..];
            number += (next & 0x7f) << shift;
            if ((next & 0x80) == 0)
            {
                return number;
            }
            if (shift == 14)
            {
                throw new FormatException("a number longer than any frame");
            }
        }
    }

    private static string Text(ref ReadOnlySpan<byte> block)
    {
        var huffman = (block[0] & 0x80) != 0;
        var length = Number(ref block, 7);
        var bytes = block[..length];
        block = block[length..];
        return huffman ? HuffmanCode.Decode(bytes) : Encoding.Latin1.GetString(bytes);
    }
}
