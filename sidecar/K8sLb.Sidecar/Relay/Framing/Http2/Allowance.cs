namespace K8sLb.Sidecar.Relay.Framing.Http2;

/// <summary>A token bucket for frames that cost the receiver more than the sender.</summary>
internal struct Allowance(int burst, int perSecond)
{
    private readonly int burst = burst;
    private readonly int perSecond = perSecond;
    private double tokens = burst;
    private long last = long.MinValue;

    /// <summary>Earned otherwise than by time.</summary>
    public void Give(int more) => tokens = Math.Min(burst, tokens + more);

    /// <param name="nowMs">A monotonic clock in milliseconds.</param>
    /// <returns>False where the sender has used it up.</returns>
    public bool Take(long nowMs)
    {
        if (last != long.MinValue)
        {
            tokens = Math.Min(burst, tokens + (nowMs - last) / 1000.0 * perSecond);
        }
        last = nowMs;
        if (tokens < 1)
        {
            return false;
        }
        tokens--;
        return true;
    }
}
