namespace K8sLb.Load;

/// <summary>Which request comes next, out of a client's own random numbers.</summary>
internal sealed class RequestMix(Random random)
{
    private const int LongestDelayMs = 2_000;

    /// <summary>Mostly small responses, some of a few kilobytes, some echoes of a posted body.</summary>
    public SampleRequest Http1() =>
        random.Next(10) switch
        {
            0 => SampleRequest.Bytes(random.Next(1_000, 50_000)),
            1 => SampleRequest.EchoOf(new string('e', random.Next(1, 2_000))),
            _ => SampleRequest.Small,
        };

    /// <summary>No posted bodies (see <see cref="Http2Connection"/>); some slow responses among the others.</summary>
    public SampleRequest Http2() =>
        random.Next(40) switch
        {
            0 => Slow(LongestDelayMs),
            < 5 => SampleRequest.Bytes(random.Next(1_000, 50_000)),
            _ => SampleRequest.Small,
        };

    public SampleRequest Slow(int longestDelayMs) => SampleRequest.Slow(random.Next(1, longestDelayMs + 1));
}
