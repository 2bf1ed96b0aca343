namespace K8sLb.Kubernetes.Tests.Election;

public sealed class LeaderElectionOptionsTests
{
    private readonly LeaderElectionOptions options = new()
    {
        Namespace = "default",
        Name = "lease",
        Identity = "one",
    };

    [Fact]
    public void The_defaults_fit_each_other() => options.Validate();

    [Theory]
    [InlineData(0.5, 0.4, 0.1, "LeaseDuration is 00:00:00.5000000; it must be whole seconds, at least one")]
    [InlineData(1.5, 1, 0.1, "LeaseDuration is 00:00:01.5000000; it must be whole seconds, at least one")]
    [InlineData(15, 15, 2, "RenewDeadline is 00:00:15; it must be below LeaseDuration 00:00:15")]
    [InlineData(15, 10, 9, "RetryPeriod is 00:00:09; with its jitter it must be below RenewDeadline 00:00:10")]
    [InlineData(15, 10, 0, "RetryPeriod is 00:00:00; with its jitter it must be below RenewDeadline 00:00:10")]
    public void Times_that_do_not_are_named(double lease, double renew, double retry, string message) =>
        Should
            .Throw<ArgumentException>(() =>
                (
                    options with
                    {
                        LeaseDuration = TimeSpan.FromSeconds(lease),
                        RenewDeadline = TimeSpan.FromSeconds(renew),
                        RetryPeriod = TimeSpan.FromSeconds(retry),
                    }
                ).Validate()
            )
            .Message.ShouldBe(message);

    [Fact]
    public void No_two_processes_have_one_identity()
    {
        var one = LeaderElectionOptions.UniqueIdentity("pod-1");

        one.ShouldStartWith("pod-1_");
        one.ShouldNotBe(LeaderElectionOptions.UniqueIdentity("pod-1"));
    }
}
