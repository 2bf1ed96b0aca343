namespace K8sLb.Core;

/// <summary>How long what is issued is good.</summary>
public sealed record TrustPeriods
{
    public TimeSpan AuthorityLife { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Servers make a new certificate, with a new key, when two thirds of this are over.</summary>
    public TimeSpan ServerLife { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// For so long an authority is published before it signs, and again after the next one does. Longer than
    /// <see cref="ServerLife"/>, and far longer than a kubelet takes to bring a ConfigMap into its pods.
    /// </summary>
    public TimeSpan Overlap { get; init; } = TimeSpan.FromHours(48);

    /// <summary>Between the clocks of two machines: certificates are good from so much before they were made.</summary>
    public TimeSpan ClockDifference { get; init; } = TimeSpan.FromMinutes(10);
}
