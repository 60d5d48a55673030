CREATE TABLE "feed_mark" (
	"clinic_id" uuid NOT NULL,
	"day" date NOT NULL,
	"seq" bigint NOT NULL,
	CONSTRAINT "feed_mark_clinic_id_day_pk" PRIMARY KEY("clinic_id","day")
);
--> statement-breakpoint
CREATE INDEX "feed_deleted" ON "feed" USING btree ("clinic_id","seq") WHERE deleted;