CREATE TABLE "content_garbage" (
	"clinic_id" uuid NOT NULL,
	"store" text NOT NULL,
	"object" text NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	"urgent" boolean DEFAULT false NOT NULL,
	CONSTRAINT "content_garbage_clinic_id_store_object_pk" PRIMARY KEY("clinic_id","store","object")
);
--> statement-breakpoint
ALTER TABLE "content_chunk" ALTER COLUMN "bytes" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "attachment" ADD COLUMN "virus_scan" text;--> statement-breakpoint
ALTER TABLE "content" ADD COLUMN "scan" text;--> statement-breakpoint
ALTER TABLE "content" ADD COLUMN "scanned_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "content" ADD COLUMN "scan_detail" text;--> statement-breakpoint
ALTER TABLE "content" ADD COLUMN "unused_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "content_chunk" ADD COLUMN "store" text;--> statement-breakpoint
ALTER TABLE "content_chunk" ADD COLUMN "object" text;--> statement-breakpoint
ALTER TABLE "content_chunk" ADD COLUMN "object_key" text;--> statement-breakpoint
ALTER TABLE "content_chunk" ADD COLUMN "kept_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
CREATE INDEX "content_chunk_object" ON "content_chunk" USING btree ("clinic_id","object");