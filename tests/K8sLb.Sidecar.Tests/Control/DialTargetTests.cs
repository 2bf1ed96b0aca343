using K8sLb.Protocol;
using K8sLb.Sidecar.Control;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Control;

public sealed class DialTargetTests
{
    private static readonly Uri Service = new("https://k8slb.k8slb-system.svc:15010");
    private static readonly Uri Leader = new("https://10.0.0.5:15010");

    private readonly ManualTime time = new();
    private readonly DialTarget target;

    public DialTargetTests() => target = new DialTarget(Service, time);

    [Fact]
    public void A_leader_that_a_replica_names_is_dialled_at_once_and_for_one_try()
    {
        target.Next.ShouldBe(Service);

        target.Answered(Naming("https://10.0.0.5:15010")).ShouldBeTrue();
        target.Next.ShouldBe(Leader);

        target.Answered(null).ShouldBeFalse();
        target.Next.ShouldBe(Service);
    }

    [Fact]
    public void Who_is_sent_on_from_where_it_was_sent_begins_at_the_Service_again()
    {
        target.Answered(Naming("https://10.0.0.5:15010"));

        target.Answered(Naming("https://10.0.0.6:15010")).ShouldBeFalse();

        target.Next.ShouldBe(Service);
    }

    [Fact]
    public void An_address_that_does_not_answer_is_left_alone_for_a_while_and_another_one_is_not()
    {
        target.Answered(Naming("https://10.0.0.5:15010"));
        target.Failed();
        target.Next.ShouldBe(Service);

        target.Answered(Naming("https://10.0.0.5:15010")).ShouldBeFalse();
        target.Answered(Naming("https://10.0.0.6:15010")).ShouldBeTrue();
        target.Answered(null);

        time.Advance(TimeSpan.FromSeconds(31));
        target.Answered(Naming("https://10.0.0.5:15010")).ShouldBeTrue();
    }

    [Fact]
    public void A_Service_that_does_not_answer_is_dialled_again()
    {
        target.Failed();
        target.Next.ShouldBe(Service);
        target.Answered(Naming("https://10.0.0.5:15010")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("http://10.0.0.5:15010")]
    [InlineData("https://10.0.0.5:15010/elsewhere")]
    [InlineData("https://somebody@10.0.0.5:15010")]
    [InlineData("https://10.0.0.5:15010/?q")]
    [InlineData("https://k8slb.k8slb-system.svc:15010")]
    [InlineData("10.0.0.5:15010")]
    [InlineData("")]
    public void What_is_no_other_address_of_the_same_kind_is_not_followed(string named)
    {
        target.Answered(Naming(named)).ShouldBeFalse();
        target.Next.ShouldBe(Service);
    }

    private static Refusal Naming(string leader) => new() { Reason = "this replica does not lead", Leader = leader };
}
