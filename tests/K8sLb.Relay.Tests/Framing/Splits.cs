using System.Text;

namespace K8sLb.Relay.Tests.Framing;

/// <summary>Feeds bytes to a framer in portions, keeping what it did not consume, as a connection does.</summary>
internal static class Splits
{
    /// <summary>Consumes the head of what is there; null ends the feeding.</summary>
    public delegate int? Consume(ReadOnlySpan<byte> input);

    /// <param name="cuts">Offsets where a portion ends; any order, any values.</param>
    /// <returns>The largest number of bytes that had to be kept between two portions.</returns>
    public static int Feed(byte[] bytes, IEnumerable<int> cuts, Consume consume)
    {
        var start = 0;
        var kept = 0;
        foreach (var end in cuts.Where(cut => cut > 0 && cut < bytes.Length).Distinct().Order().Append(bytes.Length))
        {
            while (start < end)
            {
                var taken = consume(bytes.AsSpan(start, end - start));
                if (taken is null)
                {
                    return kept;
                }
                if (taken == 0)
                {
                    break;
                }
                start += taken.Value;
            }
            kept = Math.Max(kept, end - start);
        }
        return kept;
    }

    public static IEnumerable<int> Every(int step, int length) =>
        Enumerable.Range(1, length).Where(at => at % step == 0);

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
